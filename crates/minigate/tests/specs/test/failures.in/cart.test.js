const { test, expect } = require("minigate:test");

test("values differ", async (t) => {
  const page = await t.open();
  console.log("said meanwhile");

  expect(page.data.cart).toEqual({ count: 3, items: ["tea", "milk"] });
});

test("the app throws", async (t) => {
  const page = await t.open();
  setTimeout(() => page.call("onBreak"), 10);

  await t.advance(10);
});

test("waits for what can't come", async (t) => {
  t.network.fail("https://api.example.com/", "timeout");
  const page = await t.open();
  page.call("onAsk");

  await new Promise((resolve) => setTimeout(resolve, 1000));
});

test("its app is destroyed", async (t) => {
  await t.open();
  await t.hide();
  await t.advance(400_000);
});

test("a wrong pattern", (t) => t.network.answer("api.example.com", {}));

test("never returns", () => {
  for (;;);
});

test.skip("skipped", () => {});
