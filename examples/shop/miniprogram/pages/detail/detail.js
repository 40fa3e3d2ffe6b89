import { fetchProduct } from '../../services/catalogue'
import { addToCart } from '../../services/cart'
import { withLoading } from '../../utils/notify'
import { yuan } from '../../utils/money'

Page({
  data: {
    product: null,
    failed: false
  },

  async onLoad({ id }) {
    const product = await withLoading('加载中', fetchProduct(id))
    if (!product) {
      this.setData({ failed: true })
      return
    }
    wx.setNavigationBarTitle({ title: product.title })
    this.setData({
      product: { ...product, priceText: yuan(product.price), initial: product.title.slice(0, 1) }
    })
  },

  async onAdd() {
    const added = await withLoading('正在加入', addToCart(this.data.product.id).then(() => true))
    if (added) wx.showToast({ title: '已加入购物车' })
  },

  onBack() {
    // Opened from a shared card, the page has nothing below it.
    if (getCurrentPages().length > 1) {
      wx.navigateBack()
    } else {
      wx.switchTab({ url: '/pages/home/home' })
    }
  },

  onShareAppMessage() {
    const { product } = this.data
    return product
      ? { title: product.title, path: `/pages/detail/detail?id=${product.id}` }
      : { title: '山货铺', path: '/pages/home/home' }
  }
})
