import { afterEach, beforeEach, expect, test } from "minigate:test";

const FEED = "https://api.feed.example/feed";
const items = [
  { id: 1, title: "Rain at last", likes: 2 },
  { id: 2, title: "A bridge opens", likes: 0 },
];

let page;

beforeEach(async (t) => {
  t.network.answer(FEED, { body: { items } });
});

afterEach((t) => {
  expect(t.errors()).toEqual([]);
});

test("shows what the server has", async (t) => {
  page = await t.open("pages/feed/feed?topic=city");
  expect(page.data.state).toBe("loading");

  await t.idle();

  expect(page.data).toMatchObject({ state: "ready", items });
  const [asked] = await t.network.asked();
  expect(asked.url).toBe(FEED + "?topic=city");
  expect(asked.header.referer).toBe("https://servicewechat.com/wx5a7e57ed00000001/devtools/page-frame.html");
});

test("a like counts at once and is remembered", async (t) => {
  page = await t.open("pages/feed/feed");
  await t.idle();

  page.call("onLike", { currentTarget: { dataset: { index: 1 } } });

  expect(page.data.items[1].likes).toBe(1);
  expect(t.storage.get("liked")).toEqual([2]);
});

test("a slow server is waited for, for as long as it takes", async (t) => {
  t.network.answer(FEED, { delay: 30_000, body: { items } });
  page = await t.open("pages/feed/feed");

  await t.advance(29_999);
  expect(page.data.state).toBe("loading");
  await t.advance(1);

  expect(page.data.state).toBe("ready");
  expect(page.data.seconds).toBe(30);
});

test("n1: after a minute the call is given up", async (t) => {
  t.network.fail(FEED, "timeout");
  page = await t.open("pages/feed/feed");

  await t.advance(59_999);
  expect(page.data.state).toBe("loading");
  await t.advance(1);

  expect(page.data.state).toBe("failed");
  expect(page.data.error).toMatch("request:fail");
  const [call] = await t.calls();
  expect(call).toMatchObject({ outcome: "fail", rule: "N1" });
});

test("n4: ten pictures at a time, the others wait", async (t) => {
  t.network.answer("https://api.feed.example/pictures/*", { delay: 1000 });
  page = await t.open("pages/feed/feed");
  await t.idle();
  page.call("onPrefetch");

  await t.advance(1000);
  expect(page.instance.pictures).toHaveLength(10);
  await t.advance(1000);

  expect(page.instance.pictures).toHaveLength(12);
  const queued = (await t.calls()).filter((call) => call.queued);
  expect(queued).toHaveLength(2);
});

test("n5: what five seconds in the background cut short is fetched again", async (t) => {
  t.network.answer(FEED, [{ delay: 60_000 }, { body: { items } }]);
  page = await t.open("pages/feed/feed");

  await t.hide();
  await t.advance(8_000);
  expect(page.data.state).toBe("loading");
  await t.show();
  await t.idle();

  expect(page.data.state).toBe("ready");
  expect((await t.calls()).map(({ outcome, errno }) => [outcome, errno])).toEqual([
    ["fail", 600003],
    ["success", undefined],
  ]);
  expect(getApp().globalData.hidden).toBe(1);
});

test("n5: a pinned app goes on", async (t) => {
  t.network.answer(FEED, { delay: 20_000, body: { items } });
  page = await t.open("pages/feed/feed");

  await t.pin();
  await t.advance(20_000);

  expect(page.data.state).toBe("ready");
});

test("d1: a domain that is on no list is never called", async (t) => {
  page = await t.open("pages/feed/feed");
  await t.idle();

  page.call("onShare");
  await t.idle();

  expect(page.data.error).toBe("request:fail url not in domain list");
  const calls = await t.calls();
  expect(calls[1]).toMatchObject({ url: "https://share.feed.example/", outcome: "fail", rule: "D1" });
  expect(await t.network.asked()).toHaveLength(1);
});

test("a connection that breaks is tried once more", async (t) => {
  t.network.fail(FEED, "reset", { times: 1 });
  page = await t.open("pages/feed/feed");

  await t.idle();

  expect(page.data.state).toBe("ready");
  expect(await t.network.asked()).toHaveLength(2);
});

for (const [how, words] of [
  ["dns", "unknow host"],
  ["refused", "-102"],
  ["unreachable", "-109"],
  ["close", "-324"],
  ["tls", "ssl hand shake error"],
  ["expired", "ssl hand shake error"],
  ["wrong-name", "ssl hand shake error"],
]) {
  test(`without luck: ${how}`, async (t) => {
    t.network.fail(FEED, how);
    page = await t.open("pages/feed/feed");

    await t.idle();

    expect(page.data.error).toMatch(words);
  });
}

test("without a network", async (t) => {
  t.network.offline();
  page = await t.open("pages/feed/feed");
  await t.idle();
  expect(page.data.state).toBe("failed");

  t.network.online();
  await page.call("refresh");

  expect(page.data.state).toBe("ready");
});

test.todo("an empty feed says so");
