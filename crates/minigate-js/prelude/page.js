// The pages that live.

import { callHandler } from "minigate:app";
import { createNode, makeComponent, populate } from "minigate:component";
import { deepCopy } from "minigate:copy";
import { bareFace } from "minigate:face";
import { createInstance, describeInstance, innerOf, prototypeOf, runLifetime, applyData } from "minigate:instance";
import { sharedMembers } from "minigate:members";
import { native } from "minigate:native";
import { bind, define, enumerableKeys, hasOwn, list, push } from "minigate:primordials";
import { fromText } from "minigate:properties";
import { componentOf, loadComponent, pageOf } from "minigate:registry";
import { attach, detach, ready, tellPageLife } from "minigate:tree";

let made = 0;

/** Makes the page of a file with the components that it holds; nothing where the file defines none. */
export function createPage(path, route, query, channel) {
  const blueprint = pageOf(path);
  if (blueprint === undefined) return undefined;
  const page = createInstance(prototypeOf(blueprint, sharedMembers), blueprint, path);
  made += 1;
  const root = { __proto__: null, id: made, count: 0, isFull: false, channel, tabBar: undefined };
  const node = createNode(undefined, undefined, root, 0);
  node.instance = page;
  innerOf(page).node = node;
  describeInstance(page, path, "", {});
  if (blueprint.own !== undefined) addOwnMembers(page, blueprint.own);
  define(page, "route", route);
  define(page, "__route__", route, false);
  define(page, "options", query);
  populate(page, path);
  addTabBar(page, route, root);
  return page;
}

/** A page's own functions know their page, however they are called. */
function addOwnMembers(page, members) {
  const names = enumerableKeys(members);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    if (name === "data" || name === "behaviors" || name === "properties") continue;
    const value = members[name];
    define(page, name, typeof value === "function" ? bind(value, page) : deepCopy(value));
  }
}

/** `custom-tab-bar/index`, of which each page of the tab bar has one of its own. */
function addTabBar(page, route, root) {
  const file = native.isTab(route) ? native.customTabBar : undefined;
  if (file === undefined) return;
  loadComponent(file);
  if (componentOf(file) === undefined) return;
  const node = makeComponent(file, bareFace("custom-tab-bar"), page, root, 1);
  root.tabBar = node.instance;
  push(innerOf(page).node.children, node);
  push(innerOf(page).node.pinned, node);
}

/** Tells a page something about its life, and its components what they hear of it. */
export function tellPage(page, event, news) {
  switch (event) {
    case "onLoad":
      begin(page, news);
      return call(page, event, news);
    case "onShow":
      tellPageLife(page, "show");
      return call(page, event);
    case "onReady":
      ready(page);
      return call(page, event);
    case "onHide":
      tellPageLife(page, "hide");
      return call(page, event);
    case "onUnload":
      call(page, event);
      return detach(page);
    default:
      return call(page, event, news);
  }
}

function begin(page, query) {
  runLifetime(page, "created");
  takeQuery(page, query);
  attach(page);
}

function call(page, event, news) {
  const args = list();
  if (news !== undefined) push(args, news);
  callHandler(page, event, args);
}

/** Members of the query that are properties become their values, in the property's type. */
function takeQuery(page, query) {
  const { properties } = innerOf(page).blueprint;
  const values = {};
  const names = enumerableKeys(properties);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    if (hasOwn(query, name)) define(values, name, fromText(properties[name], query[name]));
  }
  if (enumerableKeys(values).length > 0) applyData(page, values);
}
