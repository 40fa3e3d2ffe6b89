// Calls an interface of `wx` and watches how it settles.

/** How long a call may take to settle a second time, which it must not. */
const AFTERMATH = 30

/**
 * Gives `{ outcome, value, events, task, took }` once the call has settled and a moment has passed: `outcome` is
 * `success` or `fail`, `events` the names of all callbacks in their order.
 */
function call(api, options, watch) {
  return new Promise((resolve) => {
    const events = []
    const began = Date.now()
    let settled
    const settle = (outcome) => (value) => {
      events.push(outcome)
      settled = settled || { outcome, value, took: Date.now() - began }
    }
    const task = wx[api](
      Object.assign({}, options, {
        success: settle('success'),
        fail: settle('fail'),
        complete() {
          events.push('complete')
          setTimeout(() => resolve(Object.assign({ events, task }, settled)), AFTERMATH)
        }
      })
    )
    if (watch) watch(task, events)
  })
}

/** `wx.request` of a path of the listed host. */
function request(host, path, options, watch) {
  return call('request', Object.assign({ url: `https://${host}${path}` }, options), watch)
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

module.exports = { call, request, wait }
