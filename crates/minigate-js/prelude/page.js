// `Page`: definitions, and the instances that are made of them.

import { callHandler } from "minigate:app";
import { toPage } from "minigate:component";
import { warn } from "minigate:console";
import { deepCopy } from "minigate:copy";
import { invoke } from "minigate:errors";
import { load, running } from "minigate:modules";
import { native } from "minigate:native";
import { parsePath, setAt } from "minigate:path";
import {
  bind,
  create,
  define,
  enumerableKeys,
  isObject,
  list,
  mapGet,
  mapSet,
  push,
  SafeMap,
  SafeTypeError,
} from "minigate:primordials";
import { soon } from "minigate:timers";

/** Definitions by the path of the page's file. */
const definitions = new SafeMap();

/** `Page(options)`: registers the page whose file runs; a helper that calls it registers for that file too. */
export function Page(options) {
  if (!isObject(options)) throw new SafeTypeError("Page needs an object");
  register("Page", options);
}

/** `Component(options)` in a page's file: registers it as that page. */
export function Component(options) {
  if (!isObject(options)) throw new SafeTypeError("Component needs an object");
  register("Component", toPage(options));
}

function register(name, definition) {
  for (let index = running.length - 1; index >= 0; index -= 1) {
    if (native.isPage(running[index])) {
      mapSet(definitions, running[index], definition);
      return;
    }
  }
  throw new SafeTypeError(name + " can be called only while the file of a page of app.json runs");
}

/** `Behavior(options)`: not there yet, and says so. */
export function Behavior() {
  throw new SafeTypeError("behaviors are not there yet");
}

/** What all pages share. */
const pagePrototype = {
  setData(data, callback) {
    if (isObject(data)) applyData(this, data);
    else warn("setData needs an object");
    if (typeof callback === "function") soon(() => invoke(callback, this));
  },
};

/** Makes the page of a file; nothing where the file registers none. */
export function createPage(path, route, query) {
  load(path);
  const definition = mapGet(definitions, path);
  if (definition === undefined) return undefined;
  const page = create(pagePrototype);
  define(page, "data", {});
  const names = enumerableKeys(definition);
  for (let index = 0; index < names.length; index += 1) {
    const value = definition[names[index]];
    define(page, names[index], typeof value === "function" ? bind(value, page) : deepCopy(value));
  }
  define(page, "route", route);
  define(page, "__route__", route, false);
  define(page, "options", query);
  return page;
}

/** Tells a page something about its life. */
export function tellPage(page, event, news) {
  const args = list();
  if (news !== undefined) push(args, news);
  callHandler(page, event, args);
}

function applyData(page, data) {
  const names = enumerableKeys(data);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const value = data[name];
    const steps = parsePath(name);
    if (steps === undefined) warn('setData: "' + name + '" is no data path');
    else if (value === undefined) warn('setData: "' + name + '" is undefined, so it stays as it is');
    else setAt(page.data, steps, deepCopy(value));
  }
}
