import { post } from './request'

let token

/** The platform's code becomes a session of our own server's. */
export function login() {
  return new Promise((resolve, reject) => {
    wx.login({
      success: ({ code }) => resolve(post('/v1/sessions', { code })),
      fail: reject
    })
  }).then((session) => {
    token = session.token
  })
}

export const currentToken = () => token
