const { BASE } = require('./config')
const config = require('./config')

App({
  globalData: { host: 'https://cdn.shop.example' },
  onLaunch() {
    wx.request({ url: BASE + '/ok', success: res => check(res) })
    wx.request({ url: `${config.hosts.api}/misspelt` })
    wx.request({ url: 'http://api.shop.example/plain' })
    wx.request({ url: 'https://192.168.1.7/device' })
    wx.request({ url: 'https://localhost:3000/dev' })
    wx.request({ url: 'https://api.weixin.qq.com/cgi-bin/token' })
    wx.request({ url: '/relative' })
    wx.uploadFile({ url: 'https://api.shop.example/avatar', filePath: 'a', name: 'a' })
    wx.downloadFile({ url: this.globalData.host + '/a.pdf' })
    const task = wx.connectSocket({ url: 'https://push.shop.example/ws' })
    task.close()
  },
})

function check(res) {
  return res.statusCode === 200
}
