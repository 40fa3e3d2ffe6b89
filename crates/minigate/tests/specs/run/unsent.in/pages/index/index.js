Page({
  onLoad() {
    wx.request({ url: 'https://api.spec.example/hello', method: 'PATCH' });
    wx.request({ url: 1 });
    wx.request({ url: 'https://api.spec.example/hello', get data() { throw new Error('no data'); } });
  },
});
