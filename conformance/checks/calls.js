// N1 to N4, N8: time-outs, referer, slots, and what counts as success.
const config = require('../config')
const { call, request, wait } = require('../lib/call')
const { answered, equal, failed, holds, matches } = require('../lib/expect')

const TIMEOUT = /:fail.*(timeout|time out|TIMED_OUT)/i
const ABORT = /:fail abort$/
/** What `/slow` waits, in ms. */
const SLOW = 400

function referers() {
  return new RegExp(`^https://servicewechat\\.com/${config.appId}/([^/]+)/page-frame\\.html$`)
}

function checkReferer(echoed) {
  const { referer } = echoed.headers
  matches(referer, referers(), 'the referer that the server got')
  matches(referers().exec(referer)[1], config.version, 'its version')
}

module.exports = [
  {
    id: 'N1',
    title: "a call that reaches its own time-out fails, and not much later",
    check: () =>
      request(config.listed, '/slower', { timeout: 200 }).then((result) => {
        failed(result, TIMEOUT)
        holds(result.took >= 190 && result.took < 1500, 'wanted about 200 ms', result.took)
      })
  },
  {
    id: 'N2',
    title: 'the time-out of app.json holds for its interface',
    check: () =>
      call('downloadFile', { url: `https://${config.listed}/slower` }).then((result) => failed(result, TIMEOUT))
  },
  {
    id: 'N2',
    title: "a call's own time-out wins over that of app.json",
    check: () => call('downloadFile', { url: `https://${config.listed}/slower`, timeout: 20000 }).then(answered)
  },
  {
    id: 'N3',
    title: 'the referer is the fixed one',
    check: () => request(config.listed, '/echo').then(({ value }) => checkReferer(value.data))
  },
  {
    id: 'N3',
    title: "an app's own referer is dropped, in every spelling",
    check: () =>
      Promise.all(
        ['referer', 'Referer', 'REFERER'].map((name) =>
          request(config.listed, '/echo', { header: { [name]: 'https://example.com/' } }).then((result) => {
            answered(result)
            checkReferer(result.value.data)
          })
        )
      )
  },
  {
    id: 'N4',
    title: 'of 12 calls at once 10 run and 2 wait, and none is lost',
    check: () =>
      Promise.all(Array.from({ length: 12 }, () => request(config.listed, '/slow'))).then((results) => {
        results.forEach(answered)
        const late = results.filter(({ took }) => took >= 2 * SLOW - 20).length
        holds(late >= 2, 'wanted two calls that took two rounds', results.map(({ took }) => took))
        const order = results.slice(0, 10).filter(({ took }) => took < 2 * SLOW - 20).length
        holds(order >= 1, 'wanted the first calls to take one round', results.map(({ took }) => took))
      })
  },
  {
    id: 'N4',
    title: 'a waiting call can be aborted, and its place goes to the next',
    check() {
      const running = Array.from({ length: 10 }, () => request(config.listed, '/slow'))
      const aborted = request(config.listed, '/ok', {}, (task) => task.abort())
      const next = request(config.listed, '/ok')
      return Promise.all(running.concat(aborted, next)).then((results) => {
        failed(results[10], ABORT)
        holds(results[10].took < SLOW, 'wanted it to end at once', results[10].took)
        answered(results[11])
      })
    }
  },
  {
    id: 'N4',
    title: 'an abort frees its slot, once',
    check: () =>
      Promise.all(
        Array.from({ length: 10 }, () =>
          request(config.listed, '/slower', {}, (task) => {
            setTimeout(() => task.abort(), 20)
            setTimeout(() => task.abort(), 40)
          })
        )
      )
        .then((results) => results.forEach((result) => failed(result, ABORT)))
        .then(() => Promise.all(Array.from({ length: 10 }, () => request(config.listed, '/slow'))))
        .then((results) =>
          holds(results.every(({ took }) => took < 2 * SLOW), 'wanted ten at once', results.map(({ took }) => took))
        )
  },
  {
    id: 'N8',
    title: 'any status is a success',
    check: () =>
      Promise.all(
        [204, 304, 400, 404, 500, 503].map((status) =>
          request(config.listed, `/status/${status}`).then((result) => {
            answered(result)
            equal(result.value.statusCode, status, 'statusCode')
          })
        )
      )
  },
  {
    id: 'N8',
    title: 'success or fail comes once, then complete, and nothing after it',
    check: () =>
      Promise.all([
        request(config.listed, '/ok'),
        request(config.unlisted, '/ok'),
        request(config.listed, '/slow', {}, (task) => {
          task.abort()
          task.abort()
        })
      ])
        .then((results) => wait(50).then(() => results))
        .then(([ok, refused, aborted]) => {
          equal(ok.events, ['success', 'complete'], 'an answered call')
          equal(refused.events, ['fail', 'complete'], 'a refused call')
          equal(aborted.events, ['fail', 'complete'], 'an aborted call')
        })
  },
  {
    id: 'N8',
    title: 'the head of an answer comes before its success',
    check: () =>
      request(config.listed, '/ok', {}, (task, events) =>
        task.onHeadersReceived(({ header }) => events.push(header ? 'headers' : 'no header'))
      ).then(({ events }) => equal(events, ['headers', 'success', 'complete'], 'events'))
  }
]
