exports.send = name => {
  wx.request({ url: 'https://api.shop.example/events', data: { name } })
}
