App({
  globalData: {
    name: '小明'
  }
})
