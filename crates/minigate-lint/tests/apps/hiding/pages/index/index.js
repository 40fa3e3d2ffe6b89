Page({
  onLoad() {
    wx.connectSocket({ url: 'wss://push.shop.example' })
    const task = wx.connectSocket({ url: 'wss://push.shop.example' })
    task.onMessage(message => this.setData({ message }))
    this.open = wx.connectSocket({ url: 'wss://push.shop.example' })
    this.other = wx.connectSocket({ url: 'wss://push.shop.example' })
    const closed = wx.connectSocket({ url: 'wss://push.shop.example' })
    setTimeout(() => closed.close(), 1000)
  },
  onUnload() {
    this.other.close()
  },
})
Component({
  pageLifetimes: {
    hide: () => wx.downloadFile({ url: 'https://api.shop.example/late' }),
  },
})
