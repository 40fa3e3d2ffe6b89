Page({
  onLoad() {
    wx.request({
      url: 'https://api.bench.example/item',
      success: (res) => console.log(res.statusCode, res.data.name),
    });
  },
});
