const api = 'https://api.shop.example'

App({
  onLaunch() {
    wx.request({ url: api + '/items', success: ({ statusCode }) => console.log(statusCode) })
    wx.uploadFile({ url: `${api}/avatar`, filePath: 'a', name: 'a' })
    wx.request({ url: this.address })
    // minigate-allow N8: any answer means that the server is there
    wx.request({ url: api, success: () => console.log('up') })
  },
})
