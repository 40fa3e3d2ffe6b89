const { fetchCart, rememberCount, setQuantity, total } = require('../../services/cart')
const { showFailure } = require('../../utils/notify')
const { yuan } = require('../../utils/money')

Page({
  data: {
    items: [],
    totalText: yuan(0),
    loaded: false
  },

  // The cart changes on other pages while this tab stays loaded.
  onShow() {
    this.load()
  },

  onPullDownRefresh() {
    this.load().then(() => wx.stopPullDownRefresh())
  },

  onMinus(event) {
    this.change(event.currentTarget.dataset.index, -1)
  },

  onPlus(event) {
    this.change(event.currentTarget.dataset.index, 1)
  },

  onCheckout() {
    wx.navigateTo({ url: '/pages/order/order' })
  },

  load() {
    return fetchCart().then((items) => {
      this.setData({ items: items.map(itemView), loaded: true })
      this.showTotal()
    }, showFailure)
  },

  change(index, step) {
    const before = this.data.items[index].quantity
    const quantity = before + step
    if (quantity < 1) return
    // Shown at once and taken back if the server refuses, so that a tap never waits for the network.
    this.showQuantity(index, quantity)
    setQuantity(this.data.items[index].productId, quantity).catch((error) => {
      this.showQuantity(index, before)
      showFailure(error)
    })
  },

  showQuantity(index, quantity) {
    this.setData({ [`items[${index}].quantity`]: quantity })
    rememberCount(this.data.items)
    this.showTotal()
  },

  showTotal() {
    this.setData({ totalText: yuan(total(this.data.items)) })
  }
})

function itemView(item) {
  return Object.assign({}, item, { priceText: yuan(item.price), initial: item.title.slice(0, 1) })
}
