const connect = (url) => new Promise((resolve) => {
  const task = wx.connectSocket({ url, protocols: ['echo'] })
  task.onOpen(() => task.send({ data: 'hello' }))
  task.onMessage(() => task.close({ code: 3000, reason: 'heard' }))
  task.onError(({ errMsg }) => console.log(errMsg))
  task.onClose(resolve)
})

Page({
  async onLoad({ stay }) {
    if (stay) return wx.connectSocket({ url: 'wss://im.spec.example/echo' })
    await connect('wss://im.spec.example/echo')
    await connect('wss://im.spec.example/full')
    await connect('wss://evil.example/')
    await connect()
  }
})
