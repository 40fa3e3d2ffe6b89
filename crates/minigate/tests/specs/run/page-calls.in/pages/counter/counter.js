Component({
  properties: { id: String },
  data: { count: 0 },
  methods: {
    add({ type, detail: { by } }) {
      this.setData({ count: this.data.count + by, type })
    },
    later() {
      setTimeout(() => this.setData({ count: -1 }), 20)
    },
    fail() {
      throw new Error('out of tea')
    },
    async reject() {
      throw new Error('no water either')
    },
    never() {
      return new Promise(() => {})
    },
    knot() {
      this.data.self = this.data
    },
  },
})
