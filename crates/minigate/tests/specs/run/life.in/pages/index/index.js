Page({
  onShow: () => console.log("Page.onShow"),
  onHide() {
    console.log("Page.onHide");
    wx.request({ url: "https://api.example.com/", fail: ({ errMsg, errno }) => console.log(errMsg, errno) });
  },
});
