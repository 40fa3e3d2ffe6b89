App({
  onShow: () => console.log("App.onShow"),
  onHide: () => console.log("App.onHide"),
});
