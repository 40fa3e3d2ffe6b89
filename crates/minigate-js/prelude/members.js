// The functions that each page and each component has.

import { behaviorOf } from "minigate:behavior";
import { openerChannel } from "minigate:channel";
import { callFor, groupSetData, innerOf, setData } from "minigate:instance";
import { native } from "minigate:native";
import { navigationApi } from "minigate:navigation";
import { apply, hasOwn, list, push, toLowerCase, toText } from "minigate:primordials";
import { related } from "minigate:relations";
import { selectAll, selectFirst } from "minigate:tree";
import { createIntersectionObserver, createMediaQueryObserver, createSelectorQuery } from "minigate:view";
import { absentView } from "minigate:absence";

/** The prototype under all pages and components. */
export const sharedMembers = {
  setData,
  groupSetData,
  hasBehavior(id) {
    return behaviorOf(id) !== undefined && innerOf(this)?.blueprint.behaviors[id] === true;
  },
  triggerEvent,
  selectComponent(selector) {
    return selectFirst(this, selector);
  },
  selectAllComponents(selector) {
    return selectAll(this, selector);
  },
  selectOwnerComponent() {
    return innerOf(this)?.node.owner ?? null;
  },
  getRelationNodes(key) {
    return related(this, key);
  },
  getPageId() {
    return "pageId:" + innerOf(this)?.node.root.id;
  },
  getTabBar() {
    return innerOf(this)?.node.root.tabBar ?? null;
  },
  getAppBar: () => null,
  getOpenerEventChannel() {
    return openerChannel(innerOf(this)?.node.root);
  },
  createSelectorQuery() {
    return createSelectorQuery();
  },
  createIntersectionObserver: () => createIntersectionObserver(),
  createMediaQueryObserver: () => createMediaQueryObserver(),
  animate(selector, frames, duration, callback) {
    absentView("animate");
    if (typeof callback === "function") apply(callback, this, list());
  },
  clearAnimation(selector, options, callback) {
    const done = typeof options === "function" ? options : callback;
    if (typeof done === "function") apply(done, this, list());
  },
  applyAnimatedStyle() {
    absentView("applyAnimatedStyle");
  },
  clearAnimatedStyle() {},
  exitState: undefined,
  renderer: "webview",
  /** Their addresses are seen from the page that shows. */
  get router() {
    return router();
  },
  get pageRouter() {
    return router();
  },
  setUpdatePerformanceListener() {},
  setInitialRenderingCache() {},
  setPassiveEvent() {},
  getPassiveEvent() {},
};

function router() {
  const { navigateTo, redirectTo, reLaunch, switchTab, navigateBack } = navigationApi;
  return { navigateTo, redirectTo, reLaunch, switchTab, navigateBack };
}

/** `this.triggerEvent(name, detail, options)`: calls what the WXML around binds to it. */
function triggerEvent(name, detail, options) {
  const node = innerOf(this)?.node;
  if (node === undefined || node.owner === undefined) return;
  const source = target(node);
  let at = node;
  do {
    const { handlers } = at.face;
    const event = toLowerCase(toText(name));
    if (hasOwn(handlers, event)) deliver(at, handlers[event], name, detail, source);
    at = at.parent;
  } while (options?.bubbles && at !== undefined);
}

function deliver(node, handler, name, detail, source) {
  const method = node.owner[handler];
  if (typeof method !== "function") return;
  const event = {
    type: name,
    timeStamp: native.now(),
    target: source,
    currentTarget: target(node),
    mark: {},
    detail: detail === undefined ? {} : detail,
  };
  const args = list();
  push(args, event);
  callFor(node.owner, method, args);
}

const target = ({ instance }) => ({ id: instance.id, dataset: instance.dataset });
