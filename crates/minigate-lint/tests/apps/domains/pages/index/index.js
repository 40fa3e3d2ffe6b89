import { get, post } from '../../utils/http'
import client from '../../utils/client'

const app = getApp()
const { request: ask } = wx
const more = wx

Page({
  onLoad(query) {
    get('/items')
    get(`/items/${query.id}`)
    post({ path: '/orders' })
    client.load('list')
    ask({ url: 'https://alias.shop.example/a' })
    more['request']({ url: 'https://index.shop.example/a' })
    wx.downloadFile({ url: app.globalData.host + '/b.pdf' })
    wx.request({ url: query.url })
    wx.request({ url: `https://${query.area}.shop.example/a` })
  },
  onReady() {
    const isTest = wx.getStorageSync('test')
    const host = isTest ? 'https://test.shop.example' : 'https://api.shop.example'
    wx.request({ url: host + '/either' })
    let url = 'https://late.shop.example'
    url += '/path'
    wx.request({ url })
  },
})
