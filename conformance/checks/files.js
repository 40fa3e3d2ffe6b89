// The app's own files.
const { equal, holds } = require('../lib/expect')

const files = () => wx.getFileSystemManager()
const path = (name) => `${wx.env.USER_DATA_PATH}/${name}`

function error(work) {
  try {
    work()
  } catch (thrown) {
    return thrown
  }
  return undefined
}

module.exports = [
  {
    id: 'files',
    title: 'what is written is read again, as text and as bytes',
    check() {
      files().writeFileSync(path('note.txt'), '中 note', 'utf8')
      equal(files().readFileSync(path('note.txt'), 'utf8'), '中 note', 'text')
      equal(files().readFileSync(path('note.txt')).byteLength, 8, 'bytes')
      files().unlinkSync(path('note.txt'))
      holds(error(() => files().accessSync(path('note.txt'))), 'wanted the file to be gone')
    }
  },
  {
    id: 'files',
    title: 'nothing leads out of the user folder',
    check() {
      const ways = [
        path('../out.txt'),
        path('a/../../out.txt'),
        path('%2e%2e/out.txt/../../../x'),
        '/etc/passwd',
        'file:///etc/passwd',
        '../../etc/passwd',
        `${wx.env.USER_DATA_PATH}/../../../../etc/passwd`
      ]
      ways.forEach((way) => {
        const thrown = error(() => files().writeFileSync(way, 'x', 'utf8'))
        holds(thrown && /fail/.test(thrown.message || thrown.errMsg), `wanted ${way} to fail`)
      })
      holds(error(() => files().readFileSync('/etc/passwd', 'utf8')), 'wanted /etc/passwd to be unreadable')
    }
  },
  {
    id: 'files',
    title: 'the package is read-only',
    check() {
      holds(files().readFileSync('/config.js', 'utf8').length > 0, 'wanted a file of the package')
      holds(error(() => files().writeFileSync('/config.js', 'x', 'utf8')), 'wanted writing to fail')
    }
  }
]
