Page({
  onLoad() {
    wx.request({
      url: 'https://api.spec.example/hello',
      success: (res) => console.log(res.statusCode, res.data.hello),
    });
  },
});
