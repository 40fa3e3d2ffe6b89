import { promisify } from 'wx-courier'
import client from './client'
import { bodyOf } from './answer'

const STORAGE_KEY = 'token'

const login = promisify(wx.login)
const checkSession = promisify(wx.checkSession)

let token = ''
let pending = null

export function restoreSession() {
  token = wx.getStorageSync(STORAGE_KEY)
  if (token) checkSession().catch(forgetToken)
}

/** Sends a request as the user. A token that has expired is renewed, and the request repeated once. */
export async function sendAsUser(request) {
  const used = token || (await renewToken(''))
  const answer = await client.send(signed(request, used))
  if (answer.status !== 401) return bodyOf(answer)
  return bodyOf(await client.send(signed(request, await renewToken(used))))
}

function signed(request, bearer) {
  return { ...request, header: { ...request.header, authorization: `Bearer ${bearer}` } }
}

// Several calls can find at once that the token has expired: the first logs in for all of them.
function renewToken(expired) {
  if (token !== expired) return Promise.resolve(token)
  if (!pending) {
    pending = exchangeCode(expired).finally(() => {
      pending = null
    })
  }
  return pending
}

async function exchangeCode(expired) {
  const { code } = await login()
  const answer = bodyOf(await client.post('/v1/login', expired ? { code, renew: expired } : { code }))
  token = answer.token
  wx.setStorageSync(STORAGE_KEY, token)
  return token
}

function forgetToken() {
  token = ''
  wx.removeStorageSync(STORAGE_KEY)
}
