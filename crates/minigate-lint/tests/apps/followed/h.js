class Http { static base = 'https://a03.example.com'; get root() { return 'https://a04.example.com' }
  constructor(o = {}) { this.o = o; this.baseURL = o.baseURL }
  get(p) { return this.request({ url: p }) }
  request(o) { return new Promise((res) => wx.request({ url: this.baseURL + o.url, success: (r) => res(r.statusCode) })) }
  st() { wx.request({ url: Http.base + '/' , success: (r) => r.statusCode}); wx.request({ url: this.root + '/', success: (r) => r.statusCode }) } }
export default Http
export const create = (conf) => new Http(conf)
