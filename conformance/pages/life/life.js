const checks = require('../../checks/life')
const { wait } = require('../../lib/call')
const { fill } = require('../../lib/table')

Page({
  data: { rows: [], summary: '', hint: 'Put the app into the background for eight seconds.' },

  onLoad() {
    const life = (this.life = {})
    life.hidden = new Promise((resolve) => (life.hide = resolve))
    life.settled = new Promise((resolve) => (life.settle = resolve))
    checks.forEach(({ begin }) => begin && begin(life))
  },

  onHide() {
    this.life.wasHidden = true
    this.life.hide()
    checks.forEach(({ hide }) => hide && hide(this.life))
  },

  onShow() {
    if (!this.life.wasHidden) return
    wait(100).then(this.life.settle)
    this.setData({ hint: '' })
    fill(this, checks, this.life)
  }
})
