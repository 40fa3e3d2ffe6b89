Page({
  onLoad() {
    wx.onNetworkStatusChange(({ isConnected, networkType }) => {
      console.log(isConnected, networkType);
      if (isConnected) this.call();
    });
    this.call();
  },
  call() {
    wx.request({
      url: 'https://api.spec.example/hello',
      success: (res) => console.log(res.statusCode),
      fail: (err) => console.log(err.errMsg),
    });
  },
});
