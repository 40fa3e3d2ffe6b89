Page({
  data: { cart: { count: 2, items: ["tea", "milk"] } },
  onBreak() {
    undefined.member;
  },
  onAsk() {
    wx.request({ url: "https://api.example.com/" });
  },
});
