// N6 and N7: charsets and byte order marks.
const config = require('../config')
const { call, request } = require('../lib/call')
const { answered, equal, holds } = require('../lib/expect')

function text(path, options) {
  return request(config.listed, path, Object.assign({ dataType: 'text' }, options)).then((result) => {
    answered(result)
    return result.value.data
  })
}

module.exports = [
  {
    id: 'N6',
    title: 'UTF-8 is read as it is',
    check: () => text('/text/utf-8.txt').then((data) => equal(data, '天气 sunny', 'data'))
  },
  {
    id: 'N6',
    title: 'GBK is converted where the header says so',
    check: () => text('/text/gbk.txt').then((data) => equal(data, '天气 sunny', 'data'))
  },
  {
    id: 'N6',
    title: 'text without a charset that is not UTF-8 is converted',
    check: () => text('/text/unlabelled.txt').then((data) => equal(data, '天气 sunny', 'data'))
  },
  {
    id: 'N6',
    title: 'UTF-16 is known by its byte order mark',
    check: () => text('/text/utf-16.txt').then((data) => equal(data, '天气 sunny', 'data'))
  },
  {
    id: 'N6',
    title: 'bytes that no charset has lose no call',
    check: () =>
      request(config.listed, '/text/broken.txt', { dataType: 'text' }).then((result) => {
        equal(result.events.length, 2, 'callbacks')
        if (result.outcome === 'success') holds(typeof result.value.data === 'string', 'wanted text', result.value)
        else equal(result.value.errno, 602302, 'errno')
      })
  },
  {
    id: 'N7',
    title: 'one byte order mark is removed',
    check: () => text('/text/bom.json').then((data) => equal(data, '{"a":1}', 'data'))
  },
  {
    id: 'N7',
    title: 'JSON after a byte order mark is parsed',
    check: () =>
      request(config.listed, '/text/bom.json').then(({ value }) => equal(value.data, { a: 1 }, 'data'))
  },
  {
    id: 'N7',
    title: 'of two byte order marks the second stays',
    check: () =>
      request(config.listed, '/text/two-boms.json').then(({ value }) => equal(value.data, '\ufeff{"a":1}', 'data'))
  },
  {
    id: 'N7',
    title: 'bytes keep their byte order mark',
    check: () =>
      request(config.listed, '/text/bom.json', { responseType: 'arraybuffer' }).then(({ value }) => {
        holds(value.data instanceof ArrayBuffer, 'wanted an ArrayBuffer', value.data)
        equal(Array.from(new Uint8Array(value.data).slice(0, 3)), [0xef, 0xbb, 0xbf], 'the first bytes')
      })
  }
]
