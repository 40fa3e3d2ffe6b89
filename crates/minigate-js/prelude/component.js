// `Component` used as a page: its definition in the shape of a page's. Components inside a page are not there yet.

import { warn } from "minigate:console";
import { deepCopy } from "minigate:copy";
import { invoke } from "minigate:errors";
import {
  define,
  enumerableKeys,
  hasOwn,
  isArray,
  isObject,
  list,
  push,
  SafeArray,
  SafeTypeError,
  toBoolean,
  toNumber,
  toText,
} from "minigate:primordials";

/** For each event of a page: the lifetime of the component that it is, and where that is looked for first. */
const LIFETIMES = {
  __proto__: null,
  onLoad: { __proto__: null, group: "lifetimes", name: "attached" },
  onReady: { __proto__: null, group: "lifetimes", name: "ready" },
  onUnload: { __proto__: null, group: "lifetimes", name: "detached" },
  onShow: { __proto__: null, group: "pageLifetimes", name: "show" },
  onHide: { __proto__: null, group: "pageLifetimes", name: "hide" },
};

/** A page's definition for a component's. */
export function toPage(options) {
  if (isArray(options.behaviors) && options.behaviors.length > 0) {
    throw new SafeTypeError("behaviors are not there yet");
  }
  if (isObject(options.observers)) warn("Component: observers are not there yet, so they don't run");
  const methods = isObject(options.methods) ? options.methods : {};
  const properties = isObject(options.properties) ? options.properties : {};
  const page = {};
  copyMembers(page, methods);
  define(page, "data", initialData(options.data, properties));
  const events = enumerableKeys(LIFETIMES);
  for (let index = 0; index < events.length; index += 1) {
    define(page, events[index], hook(events[index], options, methods, properties));
  }
  return page;
}

function copyMembers(target, source) {
  const names = enumerableKeys(source);
  for (let index = 0; index < names.length; index += 1) define(target, names[index], source[names[index]]);
}

/** The lifetime first, then the method that is named like a page's event. */
function hook(event, options, methods, properties) {
  const { group, name } = LIFETIMES[event];
  const grouped = isObject(options[group]) ? options[group][name] : undefined;
  const lifetime = grouped ?? options[name];
  const method = methods[event];
  return function (news) {
    if (event === "onLoad") takeQuery(this, properties, news);
    const args = list();
    if (event === "onLoad") push(args, news);
    if (typeof lifetime === "function") invoke(lifetime, this);
    if (typeof method === "function") invoke(method, this, args);
  };
}

function initialData(data, properties) {
  const initial = isObject(data) ? deepCopy(data) : {};
  const names = enumerableKeys(properties);
  for (let index = 0; index < names.length; index += 1)
    define(initial, names[index], initialValue(properties[names[index]]));
  return initial;
}

function initialValue(property) {
  if (isObject(property) && typeof property !== "function" && hasOwn(property, "value"))
    return deepCopy(property.value);
  switch (typeOf(property)) {
    case toText:
      return "";
    case toNumber:
      return 0;
    case toBoolean:
      return false;
    case SafeArray:
      return [];
    default:
      return null;
  }
}

/** Members of the query that are properties become their values, in the property's type. */
function takeQuery(page, properties, query) {
  const names = enumerableKeys(properties);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    if (hasOwn(query, name)) define(page.data, name, converted(query[name], typeOf(properties[name])));
  }
}

const typeOf = (property) =>
  isObject(property) && typeof property !== "function" ? property.type : property;

function converted(text, type) {
  if (type === toNumber) return toNumber(text);
  return type === toBoolean ? text === "true" : text;
}
