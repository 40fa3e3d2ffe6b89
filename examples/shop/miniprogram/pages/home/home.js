import { fetchBanners, fetchNotice, fetchProducts, fetchRecommendations } from '../../services/catalogue'
import { fetchCart } from '../../services/cart'
import { showFailure } from '../../utils/notify'
const { yuan } = require('../../utils/money')

const app = getApp()

Page({
  data: {
    banners: [],
    notice: '',
    recommendations: [],
    products: [],
    hasMore: true,
    loading: false,
    cartCount: 0
  },

  onLoad() {
    this.load()
  },

  onShow() {
    this.showCartCount()
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  onReachBottom() {
    this.loadNextPage()
  },

  onProductTap(event) {
    wx.navigateTo({ url: `../detail/detail?id=${event.currentTarget.dataset.id}` })
  },

  onCartTap() {
    wx.switchTab({ url: '/pages/cart/cart' })
  },

  onShareAppMessage() {
    return { title: '山货铺：山里的好东西', path: '/pages/home/home' }
  },

  load() {
    return Promise.all([
      this.fill('banners', fetchBanners),
      this.fill('notice', fetchNotice),
      this.fill('recommendations', fetchRecommendations),
      this.loadFirstScreen(),
      fetchCart().then(() => this.showCartCount(), warn('cart'))
    ])
  },

  // These sections are extras: where one can't be had, it stays away and the shop stays open.
  async fill(section, fetchSection) {
    try {
      this.setData({ [section]: await fetchSection() })
    } catch (error) {
      warn(section)(error)
    }
  },

  // One page is shorter than a tall phone, and a list that can't be scrolled never reaches its bottom.
  async loadFirstScreen() {
    this.lastPage = 0
    this.setData({ hasMore: true })
    await this.loadNextPage()
    await this.loadNextPage()
  },

  async loadNextPage() {
    if (this.data.loading || !this.data.hasMore) return
    this.setData({ loading: true })
    try {
      const page = this.lastPage + 1
      const { items, hasMore } = await fetchProducts(page)
      const before = page === 1 ? [] : this.data.products
      this.lastPage = page
      this.setData({ products: before.concat(items.map(productView)), hasMore })
    } catch (error) {
      showFailure(error)
    } finally {
      this.setData({ loading: false })
    }
  },

  showCartCount() {
    this.setData({ cartCount: app.globalData.cartCount })
  }
})

function productView(product) {
  return { ...product, priceText: yuan(product.price), initial: product.title.slice(0, 1) }
}

function warn(section) {
  return (error) => console.warn(`首页 ${section} 未加载：${error.message}`)
}
