// The stack of pages, and the five functions that change it.

import { missPage } from "minigate:app";
import { createApi } from "minigate:callbacks";
import { createChannels } from "minigate:channel";
import { reportException, reportOmission } from "minigate:errors";
import { native } from "minigate:native";
import { Failure, optional, required } from "minigate:options";
import { refusePlugin } from "minigate:packages";
import { createPage, tellPage } from "minigate:page";
import { define, list, mapDelete, mapGet, mapSet, push, SafeMap, toArray } from "minigate:primordials";
import { parseAddress } from "minigate:query";
import { begin, tellRoute } from "minigate:routes";
import { soon } from "minigate:timers";

const MAX_PAGES = 10;

/** The open pages, the visible one last. */
const stack = list();
/** Pages of the tab bar that were opened, by route; they live on while another tab shows. */
const tabs = new SafeMap();

/** `getCurrentPages()`: a fresh array of the open pages. */
export const getCurrentPages = () => toArray(stack);

/** The page that shows. */
export const currentPage = () => stack[stack.length - 1];

/** Opens the first page, if it can be made; one that doesn't exist is the app's to handle. */
export function openFirst(route, query) {
  if (!native.hasPage(route)) return missPage({ path: route, query, isEntryPage: true });
  const target = { __proto__: null, route, query, page: undefined, channels: undefined };
  begin("appLaunch", target);
  target.page = tryMake(target);
  return target.page && open("launch", target);
}

/** Opens a page in the place of all others, if it can be made. */
export function openAnew(route, query) {
  if (native.hasPage(route)) {
    close(0);
    closeTabs();
  }
  return openFirst(route, query);
}

/** `wx.navigateTo` and its family. */
export const navigationApi = {
  navigateTo: createApi("navigateTo", (options) => {
    const target = address(options);
    target.channels = createChannels(options.events);
    return () => {
      refuseTab("navigateTo", target);
      if (stack.length >= MAX_PAGES) throw new Failure("webview count limit exceed");
      prepare("navigateTo", target);
      if (stack.length > 0) tellPage(currentPage(), "onHide");
      open("navigateTo", target);
      return { eventChannel: target.channels.opener };
    };
  }),
  redirectTo: createApi("redirectTo", (options) => {
    const target = address(options);
    return () => {
      refuseTab("redirectTo", target);
      prepare("redirectTo", target);
      if (stack.length > 0) close(stack.length - 1);
      return open("redirectTo", target);
    };
  }),
  reLaunch: createApi("reLaunch", (options) => {
    const target = address(options);
    return () => {
      prepare("reLaunch", target);
      close(0);
      closeTabs();
      return open("reLaunch", target);
    };
  }),
  switchTab: createApi("switchTab", (options) => {
    const target = address(options);
    return () => {
      if (!native.isTab(target.route)) throw new Failure("can not switch to no-tabBar page");
      target.query = {};
      prepare("switchTab", target);
      return switchTo(target);
    };
  }),
  navigateBack: createApi("navigateBack", (options) => {
    const delta = optional(options, "delta", "Number", 1);
    return () => {
      if (stack.length <= 1) throw new Failure("cannot navigate back at first page.");
      const steps = delta >= 1 ? delta : 1;
      const keep = stack.length > steps ? stack.length - steps : 1;
      const below = stack[keep - 1];
      begin("navigateBack", { __proto__: null, route: below.route, query: below.options, page: below });
      close(keep);
      show(currentPage(), "navigateBack");
      return {};
    };
  }),
};

function address(options) {
  const from = currentPage();
  const url = required(options, "url", "String");
  refusePlugin(url);
  const { route, query } = parseAddress(url, from === undefined ? "" : from.route);
  return { __proto__: null, route, query, page: undefined, channels: undefined };
}

function refuseTab(name, { route }) {
  if (native.isTab(route)) throw new Failure("can not " + name + " a tabbar page");
}

/** Makes sure that the target can be opened before anything is closed for it. */
function prepare(openType, target) {
  begin(openType, target);
  if (!native.hasPage(target.route)) {
    missPage({ path: target.route, query: target.query, isEntryPage: false });
    throw new Failure('page "' + target.route + '" is not found');
  }
  target.page = make(target);
}

function make(target) {
  const page = tryMake(target);
  if (page === undefined) throw new Failure('page "' + target.route + '" has not been registered yet');
  return page;
}

/** A page, or nothing once it is reported what is wrong with its file. */
function tryMake({ route, query, channels }) {
  try {
    const page = createPage(native.pageFile(route), route, query, channels?.opened);
    if (page === undefined) reportOmission('page "' + route + '" is not registered: its file calls no Page()');
    return page;
  } catch (error) {
    reportException(error);
    return undefined;
  }
}

function open(name, { page, route, query }) {
  push(stack, page);
  if (native.isTab(route)) mapSet(tabs, route, page);
  native.show(name, route);
  tellRoute("beforePageLoad", page);
  tellPage(page, "onLoad", query);
  tellRoute("afterPageLoad", page);
  tellRoute("appRoute", page);
  tellPage(page, "onShow");
  soon(() => {
    if (isOpen(page)) finish(page);
  });
  return {};
}

function finish(page) {
  tellPage(page, "onReady");
  tellRoute("appRouteDone", page);
  tellPage(page, "onRouteDone");
}

// A page that was closed before it was ready never is.
function isOpen(page) {
  for (let index = 0; index < stack.length; index += 1) if (stack[index] === page) return true;
  return mapGet(tabs, page.route) === page;
}

function show(page, name) {
  native.show(name, page.route);
  tellRoute("appRoute", page);
  tellPage(page, "onShow");
  tellRoute("appRouteDone", page);
}

function leave(page) {
  tellRoute("beforePageUnload", page);
  tellPage(page, "onUnload");
  tellRoute("afterPageUnload", page);
}

/** Closes all pages from a place in the stack on, the uppermost first. */
function close(keep) {
  while (stack.length > keep) {
    const page = currentPage();
    stack.length -= 1;
    define(stack, stack.length, undefined);
    mapDelete(tabs, page.route);
    leave(page);
  }
}

function closeTabs() {
  const routes = native.tabs;
  for (let index = 0; index < routes.length; index += 1) {
    const page = mapGet(tabs, routes[index]);
    if (page === undefined) continue;
    mapDelete(tabs, routes[index]);
    leave(page);
  }
}

function switchTo(target) {
  const old = stack[0];
  const isCovered = stack.length > 1;
  if (old !== undefined && old.route === target.route) {
    close(1);
    if (isCovered) show(old, "switchTab");
    return {};
  }
  if (old === undefined || !native.isTab(old.route)) close(0);
  else {
    close(1);
    if (!isCovered) tellPage(old, "onHide");
    stack.length = 0;
  }
  const kept = mapGet(tabs, target.route);
  if (kept === undefined) return open("switchTab", target);
  push(stack, kept);
  show(kept, "switchTab");
  return {};
}
