// wx.uploadFile and wx.downloadFile.
const config = require('../config')
const { call, wait } = require('../lib/call')
const { answered, equal, failed, holds, matches } = require('../lib/expect')

const files = () => wx.getFileSystemManager()
const path = (name) => `${wx.env.USER_DATA_PATH}/${name}`
const TEXT = '一二三 one two three\n'

function written(name, text) {
  files().writeFileSync(path(name), text, 'utf8')
  return path(name)
}

function upload(options, watch) {
  const filePath = written('upload.txt', TEXT)
  const all = Object.assign({ url: `https://${config.listed}/echo`, filePath, name: 'file' }, options)
  return call('uploadFile', all, watch)
}

function download(route, options, watch) {
  return call('downloadFile', Object.assign({ url: `https://${config.listed}${route}` }, options), watch)
}

function exists(name) {
  try {
    files().accessSync(name)
    return true
  } catch (error) {
    return false
  }
}

module.exports = [
  {
    id: 'uploadFile',
    title: 'fields come first, then the file with its name and type',
    check: () =>
      upload({ formData: { user: '安', count: 3 } }).then((result) => {
        answered(result)
        const { body } = JSON.parse(result.value.data)
        const order = ['name="user"', '安', 'name="count"', '3', 'name="file"', 'filename="upload.txt"', TEXT]
        const place = order.reduce((from, part) => (from < 0 ? from : body.indexOf(part, from)), body.indexOf('\r\n'))
        holds(place > 0, 'wanted all parts in order', body)
      })
  },
  {
    id: 'uploadFile',
    title: "a caller's own content-type does not break the boundary",
    check: () =>
      upload({ header: { 'Content-Type': 'multipart/form-data' } }).then((result) => {
        const { headers, body } = JSON.parse(result.value.data)
        const found = /^multipart\/form-data; ?boundary="?([^";]+)"?$/.exec(headers['content-type'])
        holds(found && body.indexOf(`--${found[1]}`) === 0, 'wanted the boundary of the body', headers['content-type'])
      })
  },
  {
    id: 'uploadFile',
    title: 'data is text, also where the answer is JSON',
    check: () => upload().then(({ value }) => equal(typeof value.data, 'string', 'the type of data'))
  },
  {
    id: 'N7',
    title: 'one byte order mark is removed from what an upload gets',
    check: () =>
      upload({ url: `https://${config.listed}/text/bom.json` }).then(({ value }) => equal(value.data, '{"a":1}', 'data'))
  },
  {
    id: 'N3',
    title: 'an upload has the fixed referer',
    check: () =>
      upload({ header: { Referer: 'https://example.com/' } }).then(({ value }) =>
        matches(JSON.parse(value.data).headers.referer, /^https:\/\/servicewechat\.com\//, 'referer')
      )
  },
  {
    id: 'N8',
    title: 'an upload that gets 500 is a success',
    check: () =>
      upload({ url: `https://${config.listed}/status/500` }).then((result) => {
        answered(result)
        equal(result.value.statusCode, 500, 'statusCode')
      })
  },
  {
    id: 'uploadFile',
    title: 'progress counts up to the whole, before success',
    check() {
      const seen = []
      return upload({}, (task, events) =>
        task.onProgressUpdate((progress) => {
          seen.push(progress)
          events.push('progress')
        })
      ).then(({ events }) => {
        matches(events.join(' '), /^(progress )+success complete$/, 'events')
        const last = seen[seen.length - 1]
        equal(last.progress, 100, 'the last progress')
        equal(last.totalBytesSent, last.totalBytesExpectedToSend, 'the last count')
      })
    }
  },
  {
    id: 'uploadFile',
    title: 'a file that is not there fails the call',
    check: () => upload({ filePath: path('nothing.txt') }).then((result) => failed(result, /^uploadFile:fail.*(file|File)/))
  },
  {
    id: 'downloadFile',
    title: 'without filePath the file is a temporary one',
    check: () =>
      download('/text/utf-8.txt').then((result) => {
        answered(result)
        equal(files().readFileSync(result.value.tempFilePath, 'utf8'), '天气 sunny', 'the file')
        equal(result.value.filePath, undefined, 'filePath')
      })
  },
  {
    id: 'downloadFile',
    title: 'with filePath the file is there',
    check: () =>
      download('/text/utf-8.txt', { filePath: path('down.txt') }).then((result) => {
        answered(result)
        equal(result.value.filePath, path('down.txt'), 'filePath')
        equal(files().readFileSync(path('down.txt'), 'utf8'), '天气 sunny', 'the file')
      })
  },
  {
    id: 'N8',
    title: 'a download that gets 404 is a success with a file',
    check: () =>
      download('/text/missing.txt').then((result) => {
        answered(result)
        equal(result.value.statusCode, 404, 'statusCode')
        holds(exists(result.value.tempFilePath), 'wanted a file', result.value)
      })
  },
  {
    id: 'downloadFile',
    title: 'a path outside of the user folder is refused, and nothing is written',
    check: () =>
      Promise.all(
        ['/config.js', '../out.txt', path('../out.txt'), '/etc/passwd', 'file:///tmp/out.txt'].map((filePath) =>
          download('/ok', { filePath }).then((result) => failed(result, /^downloadFile:fail/))
        )
      )
  },
  {
    id: 'downloadFile',
    title: 'parallel downloads of one URL get files of their own',
    check: () =>
      Promise.all([download('/ok'), download('/ok'), download('/ok')]).then((results) => {
        results.forEach(answered)
        const names = new Set(results.map(({ value }) => value.tempFilePath))
        equal(names.size, 3, 'different files')
      })
  },
  {
    id: 'downloadFile',
    title: 'an abort fails the call and leaves no file',
    check: () =>
      download('/slow', { filePath: path('aborted.txt') }, (task) => setTimeout(() => task.abort(), 50)).then(
        (result) => {
          failed(result, /:fail abort/)
          equal(exists(path('aborted.txt')), false, 'a file')
        }
      )
  },
  {
    id: 'N4',
    title: 'uploads, downloads and requests have slots of their own',
    check: () =>
      Promise.all(
        Array.from({ length: 10 }, () => call('request', { url: `https://${config.listed}/slow` })).concat(
          wait(0).then(() => download('/ok')),
          wait(0).then(() => upload())
        )
      ).then((results) => {
        results.forEach(answered)
        holds(results.slice(10).every(({ took }) => took < 390), 'wanted no waiting', results.map(({ took }) => took))
      })
  }
]
