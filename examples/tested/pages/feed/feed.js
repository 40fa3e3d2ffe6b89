import { get } from "../../services/api";

Page({
  data: { items: [], state: "idle", error: "", seconds: 0 },
  interrupted: false,

  onLoad({ topic = "news" }) {
    this.topic = topic;
    return this.refresh();
  },

  onShow() {
    // What the background cut short is asked for again.
    if (this.interrupted) this.refresh();
    this.ticking = setInterval(() => this.setData({ seconds: this.data.seconds + 1 }), 1000);
  },

  onHide() {
    clearInterval(this.ticking);
  },

  async refresh() {
    this.interrupted = false;
    this.setData({ state: "loading", error: "" });
    try {
      const { items } = await get("/feed?topic=" + this.topic);
      this.setData({ items, state: "ready" });
    } catch (error) {
      this.interrupted = error.errno === 600003;
      this.setData({ state: "failed", error: error.message });
    }
  },

  onLike({ currentTarget }) {
    const { index } = currentTarget.dataset;
    this.setData({ [`items[${index}].likes`]: this.data.items[index].likes + 1 });
    wx.setStorageSync("liked", [...(wx.getStorageSync("liked") || []), this.data.items[index].id]);
  },

  /** Fetches all pictures at once. */
  onPrefetch() {
    this.pictures = [];
    for (let id = 1; id <= 12; id += 1) {
      wx.request({
        url: "https://api.feed.example/pictures/" + id,
        success: () => this.pictures.push(id),
      });
    }
  },

  /** A mistake: that domain is on no list. */
  onShare() {
    wx.request({
      url: "https://share.feed.example/",
      fail: ({ errMsg }) => this.setData({ error: errMsg }),
    });
  },
});
