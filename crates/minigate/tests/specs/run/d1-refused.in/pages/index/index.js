Page({
  onLoad() {
    wx.request({
      url: 'https://www.spec.example/',
      fail: (res) => console.log(res.errMsg, res.errno),
    });
  },
});
