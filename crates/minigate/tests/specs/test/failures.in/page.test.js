const { test, expect } = require("minigate:test");

test("a method that isn't there is told with those that are", async (t) => {
  const page = await t.open();

  expect(() => page.call("onTap")).toThrow("the page has no method onTap: it has onBreak, onAsk");
});

test("a page that the app doesn't have is told", async (t) => {
  await expect(t.open("pages/none")).rejects.toThrow("pages/none is not a page of the app");

  await t.open("pages/index/index");
  await expect(t.open("pages/none")).rejects.toThrow("pages/none is not a page of the app");
});
