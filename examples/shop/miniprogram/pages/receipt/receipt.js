const { fetchOrder } = require('../../services/orders')
const { withLoading } = require('../../utils/notify')
const { yuan } = require('../../utils/money')

Page({
  data: {
    order: null
  },

  onLoad({ number }) {
    withLoading('加载中', fetchOrder(number)).then((order) => {
      if (order) this.setData({ order: Object.assign({}, order, { payText: yuan(order.pay) }) })
    })
  },

  onHome() {
    wx.switchTab({ url: '/pages/home/home' })
  }
})
