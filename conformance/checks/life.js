// N5: what happens to calls while the app is in the background. Each check begins in the foreground, goes on when the
// app is hidden, and is judged once the app is back.
const config = require('../config')
const { call } = require('../lib/call')
const { answered, equal, failed, holds } = require('../lib/expect')

const INTERRUPTED = /:fail.*interrupted/
const url = (path) => `https://${config.listed}${path}`

module.exports = [
  {
    id: 'N5',
    title: 'a call that ends within the 5 s is answered',
    check: (life) => life.hidden.then(() => life.early).then(answered),
    begin: (life) => (life.early = call('request', { url: url('/later'), timeout: 30000 }))
  },
  {
    id: 'N5',
    title: 'a call that does not end within the 5 s is interrupted',
    begin: (life) => (life.late = call('request', { url: url('/latest'), timeout: 30000 })),
    check: (life) =>
      life.late.then((result) => {
        failed(result, INTERRUPTED)
        equal(result.value.errno, 600003, 'errno')
      })
  },
  {
    id: 'N5',
    title: 'a download that does not end within the 5 s is interrupted',
    begin: (life) => (life.download = call('downloadFile', { url: url('/latest'), timeout: 30000 })),
    check: (life) => life.download.then((result) => failed(result, INTERRUPTED))
  },
  {
    id: 'N5',
    title: 'a call that is made in the background is interrupted at once',
    hide: (life) => (life.hiddenCall = call('request', { url: url('/ok') })),
    check: (life) =>
      life.hiddenCall.then((result) => {
        failed(result, INTERRUPTED)
        holds(result.took < 1000, 'wanted it to fail at once', result.took)
      })
  },
  {
    id: 'N5',
    title: 'a socket is closed with 1006 after the 5 s, once',
    begin(life) {
      const closes = []
      const task = wx.connectSocket({ url: `wss://${config.listed}/socket/echo` })
      task.onClose((news) => closes.push(news.code))
      life.closes = closes
    },
    check: (life) => life.settled.then(() => equal(life.closes, [1006], 'close codes'))
  },
  {
    id: 'N5',
    title: 'back in the foreground calls are answered again',
    check: () => call('request', { url: url('/ok') }).then(answered)
  }
]
