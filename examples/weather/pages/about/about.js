const { API_ORIGIN } = require('../../utils/config')

Page({
  data: {
    source: API_ORIGIN,
    model: '',
    system: '',
    sdkVersion: ''
  },

  onLoad() {
    const { model, system, SDKVersion } = wx.getSystemInfoSync()
    this.setData({ model, system, sdkVersion: SDKVersion })
  },

  onDone() {
    // Someone who was sent this page has nothing below it to go back to.
    if (getCurrentPages().length > 1) {
      wx.navigateBack()
    } else {
      wx.switchTab({ url: '/pages/now/now' })
    }
  },

  onShareAppMessage() {
    return { title: '一个简单的天气小程序', path: '/pages/about/about' }
  }
})
