// The documented behaviour of wx.request beside the rules.
const config = require('../config')
const { call, request } = require('../lib/call')
const { answered, equal, failed, holds, matches } = require('../lib/expect')

function echo(options) {
  return request(config.listed, '/echo', options).then((result) => {
    answered(result)
    return result.value.data
  })
}

function type(echoed) {
  return (echoed.headers['content-type'] || '').split(';')[0]
}

module.exports = [
  {
    id: 'request',
    title: 'data of a GET goes into the query',
    check: () =>
      echo({ data: { a: '1 2', b: '中', c: [1, 2] } }).then(({ query }) =>
        equal(query, 'a=1%202&b=%E4%B8%AD&c=1%2C2', 'query')
      )
  },
  {
    id: 'request',
    title: 'data of a POST is JSON',
    check: () =>
      echo({ method: 'POST', data: { a: 1 } }).then((echoed) => {
        equal(echoed.body, '{"a":1}', 'body')
        equal(type(echoed), 'application/json', 'content-type')
      })
  },
  {
    id: 'request',
    title: 'data of a form is a form',
    check: () =>
      echo({
        method: 'POST',
        header: { 'Content-Type': 'application/x-www-form-urlencoded' },
        data: { a: '1 2', b: '中' }
      }).then(({ body }) => equal(body, 'a=1%202&b=%E4%B8%AD', 'body'))
  },
  {
    id: 'request',
    title: 'text and bytes are sent as they are',
    check: () =>
      Promise.all([
        echo({ method: 'POST', data: 'plain 中' }),
        echo({ method: 'PUT', data: new Uint8Array([104, 105]).buffer })
      ]).then(([text, bytes]) => {
        equal(text.body, 'plain 中', 'text')
        equal([bytes.method, bytes.body], ['PUT', 'hi'], 'bytes')
      })
  },
  {
    id: 'request',
    title: 'an answer that is not JSON stays text',
    check: () =>
      request(config.listed, '/text/utf-8.txt').then(({ value }) => equal(value.data, '天气 sunny', 'data'))
  },
  {
    id: 'request',
    title: 'the answer has its status, header and cookies',
    check: () =>
      request(config.listed, '/cookies').then(({ value }) => {
        equal(value.statusCode, 200, 'statusCode')
        equal(value.errMsg, 'request:ok', 'errMsg')
        holds(Array.isArray(value.cookies) && value.cookies.length === 2, 'wanted two cookies', value.cookies)
      })
  },
  {
    id: 'request',
    title: 'wx.request gives a task, never a Promise',
    check() {
      const task = wx.request({ url: `https://${config.listed}/ok` })
      holds(task && typeof task.abort === 'function' && task.then === undefined, 'wanted a task', task)
    }
  },
  {
    id: 'request',
    title: 'a relative URL is invalid',
    check: () => call('request', { url: '/ok' }).then((result) => failed(result, /^request:fail (invalid url|.*INVALID_URL)/))
  },
  {
    id: 'request',
    title: 'a URL that is no text is a parameter error',
    check: () => call('request', { url: 5 }).then((result) => failed(result, /^request:fail parameter error/))
  },
  {
    id: 'request',
    title: 'redirect "manual" gives the redirect itself',
    check: () =>
      request(config.listed, '/moved', { redirect: 'manual' }).then((result) => {
        answered(result)
        equal(result.value.statusCode, 302, 'statusCode')
      })
  },
  {
    id: 'request',
    title: 'chunks come before success, in order',
    check: () =>
      request(config.listed, '/ok', { enableChunked: true }, (task, events) =>
        task.onChunkReceived(({ data }) => events.push(data instanceof ArrayBuffer ? 'chunk' : 'no chunk'))
      ).then(({ events }) => {
        matches(events.join(' '), /^(chunk )+success complete$/, 'events')
      })
  }
]
