const DEFAULT_CITY = { id: '101020100', name: '上海', english: 'Shanghai' }

App({
  globalData: {
    city: DEFAULT_CITY,
    unit: 'C'
  },

  onLaunch() {
    this.globalData.city = wx.getStorageSync('city') || DEFAULT_CITY
    this.globalData.unit = wx.getStorageSync('unit') || 'C'
  },

  chooseCity(city) {
    this.globalData.city = city
    wx.setStorageSync('city', city)
  },

  chooseUnit(unit) {
    this.globalData.unit = unit
    wx.setStorageSync('unit', unit)
  },

  forgetEverything() {
    wx.clearStorageSync()
    this.globalData.city = DEFAULT_CITY
    this.globalData.unit = 'C'
  }
})
