const { test, expect } = require("minigate:test");

test("a method that isn't there is told with those that are", async (t) => {
  const page = await t.open();

  expect(() => page.call("onTap")).toThrow("the page has no method onTap: it has onBreak, onAsk");
});
