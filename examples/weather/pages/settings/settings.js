const app = getApp()

Page({
  data: {
    city: {},
    fahrenheit: false
  },

  onShow() {
    this.showSettings()
  },

  onUnitChange(event) {
    app.chooseUnit(event.detail.value ? 'F' : 'C')
    this.showSettings()
  },

  onCityTap() {
    wx.switchTab({ url: '/pages/cities/cities' })
  },

  onAboutTap() {
    wx.navigateTo({ url: '/pages/about/about' })
  },

  onClearTap() {
    wx.showModal({
      title: '清除数据',
      content: '将删除所选城市、单位和已缓存的天气。',
      success: ({ confirm }) => {
        if (confirm) this.clear()
      }
    })
  },

  clear() {
    app.forgetEverything()
    this.showSettings()
    wx.showToast({ title: '已清除' })
  },

  showSettings() {
    const { city, unit } = app.globalData
    this.setData({ city, fahrenheit: unit === 'F' })
  }
})
