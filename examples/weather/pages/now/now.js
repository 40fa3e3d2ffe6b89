import { fetchReport } from '../../services/weather'
import { clock, dayName, temperature } from '../../utils/format'

const app = getApp()

Page({
  data: {
    city: {},
    unit: 'C',
    now: null,
    days: [],
    alerts: [],
    failure: ''
  },

  onLoad() {
    this.showCity(app.globalData.city)
  },

  // The other tabs change city and unit while this page stays loaded.
  onShow() {
    const { city, unit } = app.globalData
    if (city.id !== this.data.city.id) {
      this.showCity(city)
    } else if (unit !== this.data.unit && this.report) {
      this.showReport(this.report)
    }
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  onRetry() {
    this.load()
  },

  showCity(city) {
    this.report = null
    this.setData({ city, now: null, days: [], alerts: [] })
    wx.setNavigationBarTitle({ title: city.name })
    this.showRemembered(city)
    this.load()
  },

  showRemembered(city) {
    wx.getStorage({
      key: `report:${city.id}`,
      success: ({ data }) => {
        // A fresh report may have been faster than the storage.
        if (!this.report && city.id === this.data.city.id) this.showReport(data)
      }
    })
  },

  async load() {
    const { city } = this.data
    this.setData({ failure: '' })
    wx.showLoading({ title: '加载中' })
    try {
      const report = await fetchReport(city.id)
      wx.hideLoading()
      wx.setStorage({ key: `report:${city.id}`, data: report })
      if (city.id === this.data.city.id) this.showReport(report)
    } catch (error) {
      // Loading and toast share one box, so the first has to go before the second comes.
      wx.hideLoading()
      if (city.id !== this.data.city.id) return
      this.setData({ failure: error.message })
      wx.showToast({ title: error.message, icon: 'none' })
    }
  },

  showReport(report) {
    const { unit } = app.globalData
    this.report = report
    this.setData({
      unit,
      now: nowView(report.now, unit),
      days: report.days.map((day, index) => dayView(day, index, unit)),
      alerts: report.alerts
    })
  }
})

function nowView(now, unit) {
  return {
    ...now,
    temperature: temperature(now.temperature, unit),
    feelsLike: temperature(now.feelsLike, unit),
    observedAt: clock(now.observedAt)
  }
}

function dayView(day, index, unit) {
  return {
    ...day,
    name: dayName(day.date, index),
    low: temperature(day.low, unit),
    high: temperature(day.high, unit)
  }
}
