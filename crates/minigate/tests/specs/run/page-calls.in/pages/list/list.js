Page({
  data: { items: [], page: 0, chosen: null },
  onLoad() {
    setInterval(() => {}, 1000)
    this.more()
  },
  more() {
    const page = this.data.page + 1
    return new Promise((done) => {
      wx.request({
        url: `https://api.spec.example/items?page=${page}`,
        success: ({ data }) => {
          this.setData({ items: this.data.items.concat(data), page })
          done()
        },
      })
    })
  },
  choose(event) {
    this.setData({ chosen: this.data.items[event.currentTarget.dataset.index] })
  },
})
