import { BASE } from '../config'

const PAYMENT = 'https://pay.shop.example'

export function get(path, base = BASE) {
  return wx.request({ url: path.startsWith('http') ? path : base + path })
}

export const post = ({ path, data }) => wx.request({ url: PAYMENT.concat(path), method: 'POST', data })
