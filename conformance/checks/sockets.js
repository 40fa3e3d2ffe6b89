// wx.connectSocket.
const config = require('../config')
const { call, wait } = require('../lib/call')
const { equal, failed, holds, matches } = require('../lib/expect')

const REFUSED = /:fail (.*: ?)?(wss )?url not in domain list$/

/**
 * Opens a socket and writes down what happens to it until it is closed. `script` gets the task at `open` and at each
 * message.
 */
function socket(route, script, options) {
  return new Promise((resolve) => {
    const happened = []
    const task = wx.connectSocket(Object.assign({ url: `wss://${config.listed}${route}` }, options))
    task.onOpen(() => {
      happened.push('open')
      script(task, 'open')
    })
    task.onMessage(({ data }) => {
      happened.push(data instanceof ArrayBuffer ? Array.from(new Uint8Array(data)) : data)
      script(task, data)
    })
    task.onError(() => happened.push('error'))
    task.onClose(({ code, reason }) => {
      happened.push('close')
      wait(30).then(() => resolve({ happened, code, reason, task }))
    })
  })
}

const closeAtOnce = (task, news) => news === 'open' && task.close({})

module.exports = [
  {
    id: 'D1',
    title: 'a domain of the request list is not one for connectSocket',
    check: () =>
      call('connectSocket', { url: `wss://${config.requestOnly}/socket/echo` }).then((result) => failed(result, REFUSED))
  },
  {
    id: 'D3',
    title: 'ws and https are refused for a socket',
    check: () =>
      Promise.all(
        ['ws', 'http', 'https'].map((scheme) =>
          call('connectSocket', { url: `${scheme}://${config.listed}/socket/echo` }).then((result) =>
            failed(result, /^connectSocket:fail/)
          )
        )
      ).then(() => undefined)
  },
  {
    id: 'connectSocket',
    title: 'text and bytes go there and back',
    check: () =>
      socket('/socket/echo', (task, news) => {
        if (news === 'open') {
          task.send({ data: '你好' })
          task.send({ data: new Uint8Array([1, 2, 255]).buffer })
        } else if (news instanceof ArrayBuffer) task.close({ code: 1000, reason: 'done' })
      }).then(({ happened, code }) => {
        equal(happened, ['open', '你好', [1, 2, 255], 'close'], 'what happened')
        equal(code, 1000, 'code')
      })
  },
  {
    id: 'connectSocket',
    title: "the server's code and reason reach the app, once",
    check: () =>
      socket('/socket/goodbye', () => {}).then(({ happened, code, reason }) => {
        equal(happened.filter((news) => news === 'close').length, 1, 'closes')
        equal([code, reason], [4001, 'bye'], 'code and reason')
      })
  },
  {
    id: 'connectSocket',
    title: 'sending after the close fails',
    check: () =>
      socket('/socket/echo', closeAtOnce).then(
        ({ task }) =>
          new Promise((resolve, reject) =>
            task.send({ data: 'x', success: () => reject(new Error('it was sent')), fail: resolve })
          )
      ).then(({ errMsg }) => matches(errMsg, /fail/, 'errMsg'))
  },
  {
    id: 'connectSocket',
    title: 'readyState tells where the socket is',
    check() {
      const states = []
      return socket('/socket/echo', (task, news) => {
        states.push(task.readyState)
        closeAtOnce(task, news)
        states.push(task.readyState)
      }).then(({ task }) => equal(states.concat(task.readyState), [1, 2, 3], 'states'))
    }
  },
  {
    id: 'connectSocket',
    title: 'a handshake that is answered with a status is an error, then a close',
    check: () =>
      socket('/ok', () => {}).then(({ happened }) => equal(happened, ['error', 'close'], 'what happened'))
  },
  {
    id: 'connectSocket',
    title: 'the sixth socket at once is refused',
    check() {
      const five = Array.from({ length: 5 }, () =>
        socket('/socket/echo', (task, news) => news === 'open' && wait(300).then(() => task.close({})))
      )
      return call('connectSocket', { url: `wss://${config.listed}/socket/echo` })
        .then((result) => failed(result, /max websocket connect count 5$/))
        .then(() => Promise.all(five))
        .then(() => socket('/socket/echo', closeAtOnce))
        .then(({ happened }) => equal(happened, ['open', 'close'], 'the next one'))
    }
  },
  {
    id: 'connectSocket',
    title: 'a close with a forbidden code or too long a reason fails',
    check: () =>
      socket('/socket/echo', (task, news) => {
        if (news !== 'open') return
        const failures = []
        const note = (name) => ({
          success: () => failures.push(`${name} passed`),
          fail: ({ errMsg }) => failures.push(errMsg)
        })
        task.close(Object.assign({ code: 999 }, note('999')))
        task.close(Object.assign({ code: 1000, reason: '长'.repeat(42) }, note('reason')))
        wait(20).then(() => {
          holds(failures.length === 2 && failures.every((text) => /fail/.test(text)), 'wanted two failures', failures)
          task.close({ code: 3000, reason: '长'.repeat(41) })
        })
      }).then(({ code }) => equal(code, 3000, 'code'))
  }
]
