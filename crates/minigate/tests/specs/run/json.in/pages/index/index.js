Page({
  onLoad() {
    console.warn('careful');
    wx.request({ url: 'https://api.spec.example/hello' });
  },
});
