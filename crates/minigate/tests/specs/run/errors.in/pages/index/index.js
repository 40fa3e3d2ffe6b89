Page({
  onLoad() {
    Promise.reject(new Error('nobody waits for me'));
    null.x;
  },
});
