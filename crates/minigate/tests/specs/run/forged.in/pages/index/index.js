Page({
  onLoad() {
    wx.request({ url: 'https://api.spec.example/hello\nok      200  request GET https://bank.example/' });
    for (let i = 0; i < 100; i += 1) console.log('again');
    console.log('two\nlines');
  },
});
