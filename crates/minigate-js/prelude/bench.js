// `t`: what a test does with the app, its time, its network and its user.

import { ask } from "minigate:asking";
import { deepCopy } from "minigate:copy";
import { expect } from "minigate:expect";
import { takeFaults } from "minigate:faults";
import { useMethod } from "minigate:handle";
import { currentPage, getCurrentPages, openAnew } from "minigate:navigation";
import { networkControl } from "minigate:netcontrol";
import { create, defineGetter, list, push, SafePromise, SafeTypeError, toArray } from "minigate:primordials";
import { parseAddress } from "minigate:query";
import { storageApi } from "minigate:storage";
import { soon } from "minigate:timers";

const REASONS = { __proto__: null, left: 0, "other-app": 1, "host-page": 2, other: 3 };

let isLaunched = false;

/** The object that each test is called with. */
export const createBench = () => ({
  open,
  page: () => (currentPage() === undefined ? undefined : handleOf(currentPage())),
  pages: routes,
  hide: ({ reason = "left" } = {}) => ask("hide", { reason: numberOf(reason) }),
  show: (url, options) => ask("show", url === undefined ? {} : entry(url, options)),
  pin: () => ask("pin"),
  advance: (span) => ask("advance", { ms: milliseconds(span) }),
  idle: () => ask("idle"),
  until,
  calls: () => ask("calls"),
  errors: takeFaults,
  network: networkControl,
  storage,
  expect,
});

/** Opens a page: the app is launched with it the first time, later it takes the place of all others. */
async function open(url, options) {
  const before = currentPage();
  if (isLaunched) {
    const { route, query } = parseAddress(addressOf(url), "");
    openAnew(route, query);
  } else {
    isLaunched = true;
    await ask("launch", url === undefined ? {} : entry(url, options));
  }
  // A page's onReady comes in a turn of its own.
  await new SafePromise((resolve) => soon(resolve));
  if (url !== undefined && currentPage() === before) throw new SafeTypeError(url + " is not a page of the app");
  return currentPage() === undefined ? undefined : handleOf(currentPage());
}

function entry(url, { scene = 0 } = {}) {
  const { route, query } = parseAddress(addressOf(url), "");
  return { page: route, query, scene };
}

function addressOf(url) {
  if (typeof url === "string") return url;
  throw new SafeTypeError("a page is named by a text such as pages/index/index?id=1");
}

function routes() {
  const pages = getCurrentPages();
  const found = list();
  for (let index = 0; index < pages.length; index += 1) push(found, pages[index].route);
  return toArray(found);
}

/** A page as a test sees it. */
function handleOf(page) {
  const handle = create(null);
  defineGetter(handle, "data", () => page.data);
  defineGetter(handle, "route", () => page.route);
  defineGetter(handle, "query", () => page.options);
  defineGetter(handle, "instance", () => page);
  handle.set = (data) => page.setData(data);
  handle.call = (name, ...args) => useMethod(page, name, args, (result) => result, (methods) => refuse(name, methods));
  return handle;
}

function refuse(name, methods) {
  let known = "";
  for (let index = 0; index < methods.length; index += 1) known += (index === 0 ? ": it has " : ", ") + methods[index];
  throw new SafeTypeError("the page has no method " + name + known);
}

/** Waits in real time until a condition holds, the clock standing still. */
async function until(condition) {
  if (typeof condition !== "function") throw new SafeTypeError("until needs a function");
  while (!condition()) await ask("moment");
}

const storage = {
  get: (key) => storageApi.getStorageSync(key),
  set: (key, data) => storageApi.setStorageSync(key, deepCopy(data)),
  remove: (key) => storageApi.removeStorageSync(key),
  clear: () => storageApi.clearStorageSync(),
};

function numberOf(reason) {
  const number = REASONS[reason];
  if (number === undefined) throw new SafeTypeError("a reason is left, other-app, host-page or other");
  return number;
}

function milliseconds(span) {
  if (typeof span === "number" && span >= 0 && span <= LONGEST) return span;
  throw new SafeTypeError("time goes forward by milliseconds, a year at most");
}

const LONGEST = 365 * 24 * 60 * 60 * 1000;
