const { fetchPopularCities, searchCities } = require('../../services/weather')

const app = getApp()

Page({
  data: {
    keyword: '',
    cities: [],
    chosen: '',
    loaded: false
  },

  onLoad() {
    wx.showLoading({ title: '加载中' })
    this.load()
  },

  onShow() {
    this.setData({ chosen: app.globalData.city.id })
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  onSearch(event) {
    this.setData({ keyword: event.detail.value.trim().toLowerCase() })
    wx.showLoading({ title: '搜索中' })
    this.load()
  },

  onChoose(event) {
    const city = this.data.cities[event.currentTarget.dataset.index]
    app.chooseCity({ id: city.id, name: city.name, english: city.english })
    wx.switchTab({ url: '/pages/now/now' })
  },

  load() {
    const { keyword } = this.data
    const cities = keyword ? searchCities(keyword) : fetchPopularCities()
    return cities.then((items) => this.showCities(keyword, items), showFailure)
  },

  showCities(keyword, cities) {
    wx.hideLoading()
    // An answer to what was typed before would replace the newer one.
    if (keyword === this.data.keyword) this.setData({ cities, loaded: true })
  }
})

function showFailure(error) {
  wx.hideLoading()
  wx.showToast({ title: error.message, icon: 'none' })
}
