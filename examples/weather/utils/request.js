const { API_ORIGIN } = require('./config')

function request(path, options = {}) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: API_ORIGIN + path,
      method: options.method || 'GET',
      data: options.data,
      header: { accept: 'application/json' },
      success(res) {
        // A 404 or a 500 comes here as well: `fail` is only for calls that got no answer.
        if (res.statusCode >= 200 && res.statusCode < 300) {
          resolve(res.data)
        } else {
          reject(unwelcomeAnswer(res))
        }
      },
      fail(res) {
        reject(noAnswer(res))
      }
    })
  })
}

function unwelcomeAnswer({ statusCode, data }) {
  const error = new Error((data && data.message) || `服务暂时不可用（${statusCode}）`)
  error.statusCode = statusCode
  return error
}

function noAnswer({ errMsg }) {
  const error = new Error('网络不给力，请稍后再试')
  error.errMsg = errMsg
  return error
}

function get(path, data) {
  return request(path, { data })
}

module.exports = { request, get }
