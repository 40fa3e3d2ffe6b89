App({ globalData: {}, onLaunch() { this.globalData.host = 'https://a01.example.com'; this.baseUrl = 'https://a02.example.com' }, request(path) { wx.request({ url: this.baseUrl + path }) } })
