import { currentToken } from './session'

const ORIGIN = 'https://api.game.example'

function request(method, path, data) {
  const token = currentToken()
  const header = token ? { authorization: `Bearer ${token}` } : {}
  return new Promise((resolve, reject) => {
    wx.request({
      url: ORIGIN + path,
      method,
      data,
      header,
      success: ({ statusCode, data }) => {
        if (statusCode < 300) resolve(data)
        else reject(new Error(`服务器答复 ${statusCode}`))
      },
      fail: reject
    })
  })
}

export const get = (path, data) => request('GET', path, data)
export const post = (path, data) => request('POST', path, data)
