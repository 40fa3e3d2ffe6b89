import { fetchCart, total } from '../../services/cart'
import { showFailure, withLoading } from '../../utils/notify'
const orders = require('../../services/orders')
const { yuan } = require('../../utils/money')

Page({
  data: {
    address: null,
    items: [],
    coupon: null,
    payText: ''
  },

  async onLoad() {
    const loaded = await withLoading('加载中', Promise.all([orders.fetchAddress(), fetchCart()]))
    if (!loaded) return
    const [address, items] = loaded
    this.setData({ address, items: items.map(itemView) })
    this.showPay()
  },

  async onCouponConfirm(event) {
    try {
      const coupon = await orders.redeemCoupon(event.detail.value.trim())
      this.setData({ coupon })
    } catch (error) {
      this.setData({ coupon: null })
      showFailure(error)
    }
    this.showPay()
  },

  onSubmit() {
    wx.showModal({
      title: '提交订单',
      content: `应付 ${this.data.payText}，确定提交吗？`,
      success: ({ confirm }) => {
        if (confirm) this.submit()
      }
    })
  },

  async submit() {
    const { address, items, coupon } = this.data
    const order = await withLoading(
      '提交中',
      orders.placeOrder({
        addressId: address.id,
        items: items.map(({ productId, quantity }) => ({ productId, quantity })),
        coupon: coupon?.code ?? null
      })
    )
    if (!order) return
    getApp().globalData.cartCount = 0
    // Replaces this page: the way back from a receipt must not lead to a second order.
    wx.redirectTo({ url: `/pages/receipt/receipt?number=${order.number}` })
  },

  showPay() {
    const discount = this.data.coupon?.discount ?? 0
    this.setData({ payText: yuan(Math.max(total(this.data.items) - discount, 0)) })
  }
})

function itemView(item) {
  return { ...item, sumText: yuan(item.price * item.quantity) }
}
