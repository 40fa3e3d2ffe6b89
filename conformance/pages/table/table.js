const checks = require('../../checks/index')
const { fill } = require('../../lib/table')

Page({
  data: { rows: [], summary: '' },

  onLoad() {
    fill(this, checks)
  },

  openLife() {
    wx.navigateTo({ url: '/pages/life/life' })
  }
})
