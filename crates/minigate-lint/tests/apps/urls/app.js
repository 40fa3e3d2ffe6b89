const pkg = require('pkg')
const { base, CDN } = require('./utils/config')
const svg = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"
App({
  onLaunch() {
    wx.request({ url: base + '/items', success: (res) => res.statusCode })
    wx.getImageInfo({ src: 'http://plain.example.com/a.png' })
    const audio = wx.createInnerAudioContext()
    audio.src = `https://audio.example.com/${pkg.name}.mp3`
    this.share('https://' + CDN + ':8443' + '/share')
    this.show('<p><img src="https://rich.example.com/1.png"> see https://prose.example.com</p>')
    console.log('read https://prose.example.com first', 'https://', 'https://partial.' + pkg.name, svg)
    this.later = 'wss://chat.example.com/room'
  },
})
