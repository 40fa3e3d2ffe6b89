App({
  onHide() {
    this.globalData.hidden += 1;
  },
  globalData: { hidden: 0 },
});
