const { test, expect } = require("minigate:test");
const { get } = require("./api");

test("get fails where the server refuses", async (t) => {
  t.network.answer("https://api.feed.example/*", { status: 503 });

  await expect(get("/feed")).rejects.toThrow("the server says 503");
});
