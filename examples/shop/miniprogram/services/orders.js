const { sendAsUser } = require('./session')

function fetchAddress() {
  return sendAsUser({ path: '/v1/addresses/default' })
}

function redeemCoupon(code) {
  return sendAsUser({
    method: 'POST',
    path: '/v1/coupons/redeem',
    header: { 'content-type': 'application/x-www-form-urlencoded' },
    data: { code, channel: '小程序' }
  })
}

function placeOrder(order) {
  return sendAsUser({ method: 'POST', path: '/v1/orders', data: order })
}

function fetchOrder(number) {
  return sendAsUser({ path: `/v1/orders/${number}` })
}

module.exports = { fetchAddress, redeemCoupon, placeOrder, fetchOrder }
