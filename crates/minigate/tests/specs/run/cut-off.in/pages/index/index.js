const HOST = 'https://im.spec.example'

Page({
  onLoad({ loop }) {
    const socket = wx.connectSocket({ url: 'wss://im.spec.example/echo' })
    socket.onOpen(() => wx.request({ url: HOST + '/fast', success: () => this.start(loop) }))
  },
  start(loop) {
    wx.request({ url: HOST + '/slow' })
    wx.request({ url: HOST + '/slow?2' })
    wx.downloadFile({ url: HOST + '/slow' })
    if (loop) setTimeout(() => { for (;;); }, 10)
  }
})
