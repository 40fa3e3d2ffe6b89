// A connection that comes back: what is sent before it is open waits, and an end that nobody wanted is followed by a
// new attempt, later each time.

const FIRST_WAIT = 1000
const LONGEST_WAIT = 30000
const HEARTBEAT = 25000

export class Connection {
  /** `listener` has `opened`, `received` and `ended`. */
  constructor(url, listener) {
    this.url = url
    this.listener = listener
    this.waiting = []
    this.wait = FIRST_WAIT
    this.isWanted = true
    this.open()
  }

  send(message) {
    const data = JSON.stringify(message)
    if (!this.isOpen) return this.waiting.push(data)
    this.task.send({
      data,
      fail: ({ errMsg }) => console.warn('not sent:', errMsg)
    })
  }

  close() {
    this.isWanted = false
    clearTimeout(this.timer)
    if (this.task) this.task.close({ code: 1000, reason: 'bye' })
  }

  open() {
    // The listeners are added in the same turn, so no event is missed.
    const task = wx.connectSocket({
      url: this.url,
      protocols: ['chat.v1'],
      fail: ({ errMsg }) => console.warn(errMsg)
    })
    this.task = task
    task.onOpen(({ header }) => {
      this.isOpen = true
      this.wait = FIRST_WAIT
      this.heartbeat = setInterval(() => this.send({ type: 'ping' }), HEARTBEAT)
      this.listener.opened(header)
      this.waiting.splice(0).forEach((data) => task.send({ data }))
    })
    task.onMessage(({ data }) => this.listener.received(typeof data === 'string' ? JSON.parse(data) : data))
    task.onError(({ errMsg }) => console.warn(errMsg))
    task.onClose(({ code, reason }) => this.ended(code, reason))
  }

  /** Comes once for each task, also for one that never opened. */
  ended(code, reason) {
    this.isOpen = false
    clearInterval(this.heartbeat)
    // From 4000 on the codes are the room's own, and it means them.
    const isOver = !this.isWanted || code >= 4000
    if (!isOver) {
      this.timer = setTimeout(() => this.open(), this.wait)
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT)
    }
    this.listener.ended({ code, reason, isOver })
  }
}
