import { sendAsUser } from './session'

export async function fetchCart() {
  const cart = await sendAsUser({ path: '/v1/cart' })
  rememberCount(cart.items)
  return cart.items
}

export async function addToCart(productId) {
  await sendAsUser({ method: 'POST', path: '/v1/cart/items', data: { productId, quantity: 1 } })
  getApp().globalData.cartCount += 1
}

export function setQuantity(productId, quantity) {
  return sendAsUser({ method: 'PUT', path: `/v1/cart/items/${productId}`, data: { quantity } })
}

export function rememberCount(items) {
  getApp().globalData.cartCount = items.reduce((count, item) => count + item.quantity, 0)
}

export function total(items) {
  return items.reduce((sum, item) => sum + item.price * item.quantity, 0)
}
