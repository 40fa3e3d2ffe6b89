const api = 'https://api.shop.example'
const headers = { 'Content-Type': 'application/json', Referer: api }
const promisify = call => options => new Promise((success, fail) => call({ ...options, success, fail }))
const ask = promisify(wx.request)

function load(done) {
  wx.request({
    url: api + '/a',
    header: headers,
    timeout: 90000,
    success(res) {
      done(res.data.items)
    },
  })
}

App({
  async onLaunch() {
    load(items => console.log(items))
    wx.request({ url: api, timeout: '3000', success: ({ data }) => this.show(data) })
    wx.request({ url: api, timeout: 0, header: { ReFeReR: 'x' }, success: onAnswer })
    wx.request({ url: api }).then(res => this.show(res.data))
    const answer = await wx.request({ url: api })
    this.show(answer.data)
    const { data } = await wx.downloadFile({ url: api })
    this.show(data)
    wx.uploadFile({
      url: api,
      filePath: 'a',
      name: 'a',
      success: res => {
        if (res.statusCode === 200) this.show(res.data.url)
      },
    })
    const uploaded = await wx.uploadFile({ url: api, filePath: 'a', name: 'a' })
    const { id } = uploaded.data
    this.show(uploaded.statusCode, id)
    ask({ url: 'https://other.shop.example/promised' })
  },
  show() {},
})

function onAnswer(res) {
  console.log(res)
}
