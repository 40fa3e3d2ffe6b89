import { Connection } from '../../utils/connection'

const ROOM = 'wss://im.chat.example/rooms/7'
const { name } = getApp().globalData

Page({
  data: {
    room: '',
    members: [],
    lines: [],
    state: '连接中'
  },

  onLoad() {
    this.connection = new Connection(ROOM, {
      opened: () => this.setData({ state: '已连接' }),
      received: (message) => this.received(message),
      ended: ({ code, reason, isOver }) => {
        console.info(`连接结束 ${code} ${reason}`)
        this.setData({ state: isOver ? reason || '已断开' : '重新连接中' })
      }
    })
    // It waits until the connection is open.
    this.connection.send({ type: 'join', name })
  },

  onUnload() {
    this.connection.close()
  },

  received(message) {
    if (message instanceof ArrayBuffer) return this.addLine(`[图片，${message.byteLength} 字节]`)
    switch (message.type) {
      case 'welcome':
        return this.setData({ room: message.room, members: message.members })
      case 'joined':
        this.setData({ members: this.data.members.concat(message.name) })
        return this.say('大家好')
      case 'say':
        return this.addLine(`${message.from}：${message.text}`)
      default:
        return undefined
    }
  },

  say(text) {
    this.connection.send({ type: 'say', text })
    this.addLine(`${name}：${text}`)
  },

  submit({ detail }) {
    this.say(detail.value)
  },

  addLine(line) {
    console.log(line)
    this.setData({ lines: this.data.lines.concat(line) })
  }
})
