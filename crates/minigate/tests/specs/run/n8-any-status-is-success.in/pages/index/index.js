Page({
  onLoad() {
    wx.request({
      url: 'https://api.spec.example/broken',
      success: (res) => console.log('success', res.statusCode),
      fail: () => console.log('fail'),
    });
  },
});
