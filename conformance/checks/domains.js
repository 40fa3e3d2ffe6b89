// D: server domains.
const config = require('../config')
const { call, request } = require('../lib/call')
const { answered, failed } = require('../lib/expect')

const REFUSED = /:fail (.*: ?)?url not in domain list$/
const NEVER_CALLED = /:fail (.*: ?)?(url not in domain list|invalid url.*)$/
const ADDRESSES = [
  '203.0.113.10',
  '3405803786',
  '0xcb00710a',
  '0313.0.0161.012',
  '[2001:db8::1]',
  '[::ffff:203.0.113.10]',
  '203.0.113.10.',
  '%32%30%33.0.113.10',
  '２０３.0.113.10',
  'localhost',
  'localhost.',
  'LOCALHOST',
  'app.localhost'
]

module.exports = [
  {
    id: 'D1',
    title: 'a listed domain is called',
    check: () => request(config.listed, '/ok').then(answered)
  },
  {
    id: 'D1',
    title: 'an unlisted domain is refused',
    check: () => request(config.unlisted, '/ok').then((result) => failed(result, REFUSED))
  },
  {
    id: 'D1',
    title: 'www in front of a listed domain is another domain',
    check: () => request(`www.${config.listed}`, '/ok').then((result) => failed(result, REFUSED))
  },
  {
    id: 'D1',
    title: 'a port that the entry does not have is refused, :443 too',
    check: () => request(`${config.listed}:443`, '/ok').then((result) => failed(result, REFUSED))
  },
  {
    id: 'D1',
    title: 'a domain of the request list is not one for uploadFile',
    check: () =>
      call('uploadFile', { url: `https://${config.requestOnly}/echo`, filePath: '/config.js', name: 'file' }).then(
        (result) => failed(result, REFUSED)
      )
  },
  {
    id: 'D1',
    title: 'a domain of the request list is not one for downloadFile',
    check: () =>
      call('downloadFile', { url: `https://${config.requestOnly}/ok` }).then((result) => failed(result, REFUSED))
  },
  {
    id: 'D1',
    title: 'a redirect to an unlisted domain is refused',
    check: () => request(config.listed, '/moved-away').then((result) => failed(result, REFUSED))
  },
  {
    id: 'D1',
    title: 'a redirect to a listed domain is followed',
    check: () => request(config.listed, '/moved').then(answered)
  },
  {
    id: 'D3',
    title: 'http is refused',
    check: () => call('request', { url: `http://${config.listed}/ok` }).then((result) => failed(result, REFUSED))
  },
  {
    id: 'D4',
    title: 'an address is refused however it is written, and so is localhost',
    check: () =>
      Promise.all(
        ADDRESSES.map((host) => request(host, '/ok').then((result) => failed(result, NEVER_CALLED)))
      )
  },
  {
    id: 'D6',
    title: 'api.weixin.qq.com is refused',
    check: () =>
      request('api.weixin.qq.com', '/cgi-bin/token').then((result) => failed(result, REFUSED))
  }
]
