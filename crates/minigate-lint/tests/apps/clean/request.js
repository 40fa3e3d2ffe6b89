import { HOSTS } from './hosts'

const defaults = { method: 'GET', header: { 'X-Referer': 'mine' } }

export default function request(options) {
  return new Promise((resolve, reject) => {
    wx.request({
      ...defaults,
      ...options,
      url: /^https:/.test(options.url) ? options.url : HOSTS.production + options.url,
      success: res => (res.statusCode === 200 ? resolve(res.data) : reject(res)),
      fail: reject,
    })
  })
}

export const get = (path, options) => request(Object.assign({ url: path }, options))
