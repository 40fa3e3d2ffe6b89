// An MQTT client over `wx.connectSocket`: later versions of the package expect a browser's names (`self`, `window`) or
// a bundler of their own.
const mqtt = require('mqtt/dist/mqtt.min.js')

const LARGE = 'x'.repeat(100000)
const client = mqtt.connect('wxs://broker.mqtt.example:8884/mqtt', { clientId: 'minigate', keepalive: 30 })
const expected = { 'room/7': '大家好', 'room/8': LARGE, 'room/9': '' }

client.on('error', (error) => console.error('mqtt:', error.message))
client.on('connect', () => {
  client.subscribe('room/#', { qos: 2 }, () => {
    Object.keys(expected).forEach((topic, qos) => client.publish(topic, expected[topic], { qos }))
  })
})
client.on('message', (topic, payload) => {
  if (payload.toString() !== expected[topic]) console.error('mqtt: another message in', topic)
  delete expected[topic]
  if (Object.keys(expected).length > 0) return
  console.log('mqtt: done')
  client.end()
})

App({})
