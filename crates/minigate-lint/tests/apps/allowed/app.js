App({
  onLaunch() {
    // minigate-allow N8: a probe, any answer will do
    wx.request({ url: 'https://api.shop.example/ping', success: () => this.found() })
    wx.request({ url: 'http://old.shop.example' }) // minigate-allow scheme-wrong: goes with the next release
    // minigate-allow D3
    wx.request({ url: 'http://bare.shop.example' })
    // minigate-allow D4: nothing is here
    wx.request({ url: 'https://api.shop.example' })
  },
  found() {},
})
