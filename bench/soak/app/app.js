// Rounds without end: calls of every interface, in every way that a call can end. After each round all must be over.
const HOST = 'soak.example'
const counts = { rounds: 0, answered: 0, failed: 0, messages: 0, closes: 0, odd: 0 }
const files = wx.getFileSystemManager()
const upload = `${wx.env.USER_DATA_PATH}/upload.bin`

function call(api, options, watch) {
  return new Promise((resolve) => {
    let settled = 0
    const settle = (name) => () => {
      counts[name] += 1
      settled += 1
      if (settled > 1) counts.odd += 1
    }
    const task = wx[api](
      Object.assign(
        { url: `https://${HOST}/small` },
        options,
        { success: settle('answered'), fail: settle('failed'), complete: resolve }
      )
    )
    if (watch) watch(task)
  })
}

function socket(ending) {
  return new Promise((resolve) => {
    let closes = 0
    const task = wx.connectSocket({ url: `wss://${HOST}/echo` })
    task.onOpen(() => {
      task.send({ data: 'hello' })
      task.send({ data: new ArrayBuffer(4096) })
    })
    task.onMessage(({ data }) => {
      counts.messages += 1
      if (typeof data !== 'string') ending(task)
    })
    task.onClose(() => {
      counts.closes += 1
      closes += 1
      if (closes > 1) counts.odd += 1
      resolve()
    })
  })
}

const abortSoon = (task) => setTimeout(() => task.abort(), 2)
const many = (count, make) => Array.from({ length: count }, make)

function round() {
  return Promise.all([
    ...many(20, () => call('request')),
    ...many(4, () => call('request', { method: 'POST', data: { text: 'x'.repeat(2000) } })),
    ...many(4, () => call('request', { url: `https://${HOST}/large` })),
    ...many(3, () => call('request', { url: `https://${HOST}/slow` }, abortSoon)),
    ...many(2, () => call('request', { url: `https://${HOST}/slow`, timeout: 50 })),
    call('request', { url: 'https://elsewhere.example/' }),
    call('request', { url: `https://${HOST}/moved` }),
    ...many(3, () => call('uploadFile', { filePath: upload, name: 'file', formData: { round: counts.rounds } })),
    call('uploadFile', { url: `https://${HOST}/slow`, filePath: upload, name: 'file' }, abortSoon),
    ...many(3, () => call('downloadFile', { url: `https://${HOST}/large`, filePath: `${wx.env.USER_DATA_PATH}/down` })),
    call('downloadFile', { url: `https://${HOST}/slow` }, abortSoon),
    ...many(3, () => socket((task) => task.close({ code: 1000 }))),
    socket((task) => task.send({ data: 'bye', success: () => task.close({ code: 3000, reason: 'bye' }) }))
  ])
}

function rounds() {
  return round().then(() => {
    counts.rounds += 1
    if (counts.rounds % 500 === 0) console.log(JSON.stringify(counts))
    setTimeout(rounds, 200)
  })
}

App({
  onLaunch() {
    files.writeFileSync(upload, new ArrayBuffer(200000))
    rounds()
  }
})
