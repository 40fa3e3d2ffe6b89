import Http, { create } from '../h'
const app = getApp()
const http = new Http({ baseURL: 'https://a05.example.com' })
const http2 = create({ baseURL: 'https://a06.example.com' })
http.get('/x'); http2.get('/y')
function withBase(cb) { cb('https://a07.example.com') }
withBase((base) => wx.request({ url: base + '/', success: (r) => r.statusCode }))
async function getBase() { return 'https://a08.example.com' }
const ok = { success: (r) => r.statusCode }
const wxp = {}
;['uploadFile', 'downloadFile'].forEach((n) => { wxp[n] = (o) => new Promise((resolve) => wx[n]({ ...o, success: resolve })) })
wxp.uploadFile({ url: 'https://a09.example.com' })
const apis = { a: 'https://a10.example.com', b: 'https://a11.example.com' }
Object.keys(apis).forEach((k) => wx.request({ url: apis[k], ...ok }))
Object.values(apis).forEach((u) => wx.downloadFile({ url: u, ...ok }))
const opts = {}; opts.url = 'https://a12.example.com'; wx.request(opts)
const build = (p) => ['https://a13.example.com', p].join('/')
wx.request({ url: build('x'), ...ok })
wx.request({ url: 'https://HOST/x'.replace('HOST', 'a14.example.com'), ...ok })
wx.request(Object.assign({}, { url: 'https://a15.example.com' }, ok))
Page({
  data: { base: '', info: { url: 'https://a16.example.com' } },
  async onLoad() {
    this.setData({ base: 'https://a17.example.com' })
    wx.request({ url: this.data.base + '/', ...ok })
    wx.request({ url: this.data.info.url + '/', ...ok })
    const b = await getBase(); wx.request({ url: b + '/', ...ok })
    getBase().then((x) => wx.downloadFile({ url: x, ...ok }))
    wx.request({ url: app.globalData.host + '/', ...ok })
    app.request('/z')
    app.globalData.env ? this.a() : this.b()
    this.go.call(this, 'https://a18.example.com')
    const go = this.go.bind(this); go('https://a19.example.com')
    setTimeout(this.go, 10, 'https://a20.example.com')
    const { request } = wx; request({ url: 'https://a21.example.com', ...ok })
    const fn = request || wx.request; fn({ url: 'https://a22.example.com', ...ok })
    let url; if (this.x) { url = 'https://a23.example.com' } else { url = 'https://a24.example.com' } wx.request({ url, ...ok })
    switch (this.k) { case 1: url = 'https://a25.example.com' }
    const m = new Map([['a', 'https://a26.example.com']]); wx.request({ url: m.get('a'), ...ok })
    const task = wx.uploadFile; task({ url: 'https://a27.example.com', success: (r) => JSON.parse(r.data) && r.statusCode })
    Promise.all(['https://a28.example.com'].map((u) => this.dl(u)))
    const list = [{ url: 'https://a29.example.com' }]; for (const { url } of list) wx.request({ url, ...ok }); for (let i = 0; i < list.length; i++) wx.downloadFile({ url: list[i].url, ...ok })
    wx.request({ url: decodeURIComponent('https://a30.example.com'), ...ok })
    wx.request({ url: `${'https://a31.example.com'.trim()}`.replace(/\/$/, '') + '/x', ...ok })
  },
  go(u) { wx.request({ url: u, ...ok }) },
  dl(u) { return new Promise((resolve) => wx.downloadFile({ url: u, success: (r) => resolve(r.statusCode) })) },
})
