const MISTAKES = [
  { name: 'a host that is not listed', url: 'https://elsewhere.refused.example/v1/items' },
  { name: 'a host that is listed for uploadFile only', url: 'https://upload.refused.example/v1/items' },
  { name: 'http instead of https', url: 'http://api.refused.example/v1/items' },
  { name: 'a port that the list does not have', url: 'https://api.refused.example:443/v1/items' },
  { name: 'www in front of the listed domain', url: 'https://www.refused.example/v1/items' },
  { name: 'an IP address', url: 'https://203.0.113.10/v1/items' },
  { name: 'localhost', url: 'https://localhost/v1/items' },
  {
    name: 'api.weixin.qq.com, which is for servers',
    url: 'https://api.weixin.qq.com/sns/jscode2session?appid=wx00112233445566aa&secret=00112233445566778899aabbccddeeff&js_code=081&grant_type=authorization_code'
  },
  { name: 'a relative address', url: '/v1/items' },
  { name: 'a redirect to a host that is not listed', url: 'https://api.refused.example/v1/moved' }
]

Page({
  data: {
    results: []
  },

  onLoad() {
    MISTAKES.forEach((mistake) => this.make(mistake))
  },

  make({ name, url }) {
    wx.request({
      url,
      success: ({ statusCode }) => {
        console.error(`${name}: went through with ${statusCode}`)
        this.show(name, `statusCode ${statusCode}`)
      },
      fail: ({ errMsg }) => {
        console.log(`${name}: ${errMsg}`)
        this.show(name, errMsg)
      }
    })
  },

  show(name, text) {
    this.setData({ results: this.data.results.concat({ name, text }) })
  }
})
