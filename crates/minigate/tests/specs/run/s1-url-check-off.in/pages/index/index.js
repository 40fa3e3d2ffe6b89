Page({
  onLoad() {
    wx.request({ url: 'https://api.spec.example/hello' });
  },
});
