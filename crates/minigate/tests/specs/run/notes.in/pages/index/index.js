Page({
  onLoad() {
    wx.request({
      url: 'https://api.spec.example/hello',
      header: { ReFeReR: 'https://me.example/', Host: 'evil.example' },
      timeout: 90000,
      enableQuic: true,
    });
  },
});
