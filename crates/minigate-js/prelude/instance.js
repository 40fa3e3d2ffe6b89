// Pages and components that live: their data, their lifetimes, and the functions that all of them share.

import { firstData } from "minigate:blueprint";
import { refresh } from "minigate:component";
import { warn } from "minigate:console";
import { deepCopy } from "minigate:copy";
import { invoke, reportException } from "minigate:errors";
import { isConcerned, valuesFor } from "minigate:observers";
import { parsePath, setAt } from "minigate:path";
import {
  apply,
  create,
  define,
  defineGetter,
  enumerableKeys,
  isObject,
  list,
  push,
  SafeWeakMap,
  slice,
  toArray,
  weakGet,
  weakSet,
} from "minigate:primordials";
import { fitted } from "minigate:properties";
import { soon } from "minigate:timers";

/** What the prelude knows of an instance: its blueprint, file, place in the tree, and changes nobody has heard of. */
const inners = new SafeWeakMap();

/** The inner side of an instance; undefined for anything else. */
export const innerOf = (instance) => (isObject(instance) ? weakGet(inners, instance) : undefined);

/** Makes an instance over a prototype; nothing of the app runs yet. */
export function createInstance(prototype, blueprint, path) {
  const instance = create(prototype);
  weakSet(inners, instance, { __proto__: null, blueprint, path, node: undefined, changes: undefined, changed: undefined });
  define(instance, "data", firstData(blueprint));
  return instance;
}

/** The prototype of a blueprint's instances: its methods over what all have. */
export function prototypeOf(blueprint, base) {
  if (blueprint.prototype !== undefined) return blueprint.prototype;
  const prototype = create(base);
  const names = enumerableKeys(blueprint.methods);
  for (let index = 0; index < names.length; index += 1)
    define(prototype, names[index], blueprint.methods[names[index]]);
  blueprint.prototype = prototype;
  return prototype;
}

/** `this.setData(data, callback)`. */
export function setData(data, callback) {
  if (isObject(data)) applyData(this, data);
  else warn("setData needs an object");
  if (typeof callback === "function") soon(() => invoke(callback, this));
}

/** `this.groupSetData(callback)`: there is no screen, so nothing is saved by grouping. */
export function groupSetData(callback) {
  if (typeof callback === "function") invoke(callback, this);
}

/** Sets data by paths, then tells the observers. */
export function applyData(instance, data) {
  const inner = innerOf(instance);
  const names = enumerableKeys(data);
  const changes = list();
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const value = data[name];
    const steps = parsePath(name);
    if (steps === undefined) warn('setData: "' + name + '" is no data path');
    else if (value === undefined) warn('setData: "' + name + '" is undefined, so it stays as it is');
    else push(changes, change(instance, inner, steps, value));
  }
  if (inner === undefined || changes.length === 0) return;
  noteNames(inner, changes);
  if (inner.changes !== undefined) return pushAll(inner.changes, changes);
  inner.changes = changes;
  try {
    settle(instance, inner);
  } finally {
    inner.changes = undefined;
  }
  const { changed } = inner;
  inner.changed = undefined;
  refresh(instance, changed);
}

/** Notes which members of the data are new, for the components that they concern. */
function noteNames(inner, changes) {
  inner.changed ??= { __proto__: null };
  for (let index = 0; index < changes.length; index += 1) inner.changed[changes[index].steps[0]] = true;
}

function pushAll(items, more) {
  for (let index = 0; index < more.length; index += 1) push(items, more[index]);
}

/** What observers set is there at once, and other observers hear of it when they are all through. */
function settle(instance, inner) {
  while (inner.changes.length > 0) {
    const { changes } = inner;
    inner.changes = list();
    tellObservers(instance, inner.blueprint, changes);
  }
}

function change(instance, inner, steps, value) {
  const root = dataOf(instance);
  const property = inner?.blueprint.properties[steps[0]];
  const isWhole = steps.length === 1;
  const before = property === undefined ? undefined : root[steps[0]];
  const fit = property !== undefined && isWhole ? fitted(steps[0], property, value) : value;
  setAt(root, steps, deepCopy(fit));
  const isSame = isWhole && fit === before;
  return { __proto__: null, steps, property, before, isSame };
}

// An app may put anything in the place of its data.
function dataOf(instance) {
  const { data } = instance;
  if (isObject(data)) return data;
  define(instance, "data", {});
  return instance.data;
}

/** Each observer that a change concerns runs once, then those of the properties that changed. */
function tellObservers(instance, { observers }, changes) {
  for (let index = 0; index < observers.length; index += 1) {
    if (isTouched(observers[index], changes))
      callNamed(instance, observers[index].run, valuesFor(observers[index], dataOf(instance)));
  }
  for (let index = 0; index < changes.length; index += 1) tellProperty(instance, changes[index]);
}

function isTouched(observer, changes) {
  for (let index = 0; index < changes.length; index += 1) {
    if (isConcerned(observer, changes[index].steps)) return true;
  }
  return false;
}

// A property that was set to the very value that it had hasn't changed, though the data hold a copy.
function tellProperty(instance, { steps, property, before, isSame }) {
  if (property === undefined || property.observer === undefined || isSame) return;
  const now = dataOf(instance)[steps[0]];
  const args = list();
  push(args, now);
  push(args, before);
  push(args, toArray(steps));
  callNamed(instance, property.observer, args);
}

/** Calls a function, or the method of that name. */
function callNamed(instance, run, args) {
  const method = typeof run === "string" ? instance[run] : run;
  if (typeof method === "function") callFor(instance, method, args);
}

/** Runs a lifetime in all the places where it is written. */
export function runLifetime(instance, name, args = list()) {
  runAll(instance, innerOf(instance).blueprint.lifetimes[name], args);
}

/** The same for what a component hears of its page. */
export function runPageLifetime(instance, name, args = list()) {
  runAll(instance, innerOf(instance).blueprint.pageLifetimes[name], args);
}

function runAll(instance, handlers, args) {
  for (let index = 0; index < handlers.length; index += 1) callFor(instance, handlers[index], args);
}

/** Calls something of an instance's; what it throws is told to its `error` lifetime and reported. */
export function callFor(instance, method, args) {
  try {
    return apply(method, instance, args);
  } catch (error) {
    tellError(instance, error);
    reportException(error);
    return undefined;
  }
}

function tellError(instance, error) {
  const handlers = innerOf(instance)?.blueprint.lifetimes.error;
  const args = list();
  push(args, error);
  for (let index = 0; handlers !== undefined && index < handlers.length; index += 1)
    invoke(handlers[index], instance, args);
}

/** Puts the members on an object that each instance has under a name of its own. */
export function describeInstance(instance, path, id, dataset) {
  define(instance, "is", slice(path, 0, -".js".length));
  define(instance, "id", id);
  define(instance, "dataset", dataset);
  defineGetter(instance, "properties", () => instance.data);
}
