import request, { get } from './request'
import { HOSTS as hosts } from './hosts'

const secrets = ['9f86d081884c7d659a2feaa0c55ad015']
const iconSecret = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'

App({
  env: 'production',
  async onLaunch() {
    console.log(secrets, iconSecret, 'about api.weixin.qq.com and its AppSecret')
    await get('/items')
    await request({ url: 'https://api.shop.example/absolute' })
    for (const host of [hosts.production, hosts.static]) {
      request({ url: `${host}/each` })
    }
    ;['/a', '/b'].forEach(path => get(path))
    const { statusCode, data } = await wx.request({ url: hosts[this.env] + '/mine' })
    if (statusCode === 200) console.log(data)
    wx.uploadFile({
      url: hosts.production + '/avatar',
      filePath: 'a',
      name: 'a',
      timeout: 3000,
      success: res => {
        const body = res.statusCode < 300 ? JSON.parse(res.data) : {}
        console.log(body.url, res.data.length)
      },
    })
    wx.request({
      url: hosts.production,
      success: res => console.log(res.data),
      complete: ({ statusCode }) => console.log(statusCode),
    })
    wx.request({ url: hosts.production, success: res => this.keep(res) })
    let address = ''
    if (data) address = hosts.production
    address += '/later'
    wx.request({ url: address })
    this.socket = wx.connectSocket({ url: 'wss://push.shop.example:8443/' })
  },
  onHide() {
    this.socket.close()
    wx.setStorageSync('hidden', Date.now())
  },
  keep(res) {
    return res.statusCode
  },
})
