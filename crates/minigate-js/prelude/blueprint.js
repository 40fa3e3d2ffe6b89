// What instances are made of: a definition with all its behaviors merged in.

import { behaviorOf, behaviorsOf, isBuiltIn } from "minigate:behavior";
import { warn } from "minigate:console";
import { deepCopy, isPlain } from "minigate:copy";
import { readObservers } from "minigate:observers";
import {
  create,
  define,
  enumerableKeys,
  hasOwn,
  isArray,
  isObject,
  list,
  push,
  toText,
} from "minigate:primordials";
import { firstValue, readProperty } from "minigate:properties";

const LIFETIMES = ["created", "attached", "ready", "moved", "detached", "error"];
const PAGE_LIFETIMES = ["show", "hide", "resize", "routeDone"];

/** Makes the blueprint of `Component(options)`. */
export function componentBlueprint(definition) {
  const blueprint = empty();
  absorb(blueprint, definition);
  blueprint.exporter = definition.export;
  blueprint.relations = definition.relations;
  return blueprint;
}

/**
 * Makes the blueprint of `Page(options)`: its behaviors, over which the page's own members lie. Of a component's members
 * those count that are no functions: an `attached` of a page is a method like any other.
 */
export function pageBlueprint(definition) {
  const blueprint = empty();
  absorbBehaviors(blueprint, definition);
  absorbValues(blueprint, definition);
  blueprint.own = definition;
  blueprint.relations = definition.relations;
  return blueprint;
}

/** The data that a new instance starts with. */
export function firstData({ data, properties }) {
  const first = deepCopy(data);
  const names = enumerableKeys(properties);
  for (let index = 0; index < names.length; index += 1)
    define(first, names[index], firstValue(properties[names[index]]));
  return first;
}

function empty() {
  return {
    __proto__: null,
    /** The definition of a `Page`; undefined for a component's. */
    own: undefined,
    behaviors: { __proto__: null },
    data: {},
    properties: { __proto__: null },
    methods: create(null),
    lifetimes: lists(LIFETIMES),
    pageLifetimes: lists(PAGE_LIFETIMES),
    observers: list(),
    exporter: undefined,
    relations: undefined,
    prototype: undefined,
  };
}

function lists(names) {
  const made = { __proto__: null };
  for (let index = 0; index < names.length; index += 1) made[names[index]] = list();
  return made;
}

// What is absorbed later wins, and its lifetimes run later.
function absorb(blueprint, definition) {
  absorbBehaviors(blueprint, definition);
  absorbValues(blueprint, definition, definition);
  absorbMethods(blueprint.methods, definition.methods);
}

function absorbValues(blueprint, definition, older) {
  if (isObject(definition.data)) mergeData(blueprint.data, definition.data);
  absorbProperties(blueprint.properties, definition.properties);
  absorbLifetimes(blueprint.lifetimes, definition.lifetimes, older);
  absorbLifetimes(blueprint.pageLifetimes, definition.pageLifetimes, undefined);
  const observers = readObservers(definition.observers);
  for (let index = 0; index < observers.length; index += 1) push(blueprint.observers, observers[index]);
}

/** Each behavior once, however often it is named. */
function absorbBehaviors(blueprint, definition) {
  const ids = behaviorsOf(definition);
  for (let index = 0; index < ids.length; index += 1) {
    const id = ids[index];
    const behavior = behaviorOf(id);
    if (behavior === undefined && !isBuiltIn(id)) warn("behaviors[" + index + "] is no behavior");
    else if (blueprint.behaviors[id] === undefined) {
      blueprint.behaviors[id] = true;
      if (behavior === undefined) absorbBuiltIn(blueprint, id);
      else absorb(blueprint, behavior);
    }
  }
}

function absorbBuiltIn(blueprint, id) {
  if (id !== "wx://form-field") return;
  absorbProperties(blueprint.properties, { name: toText, value: null });
}

function mergeData(target, source) {
  const names = enumerableKeys(source);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const known = hasOwn(target, name) ? target[name] : undefined;
    const value = source[name];
    if (isRecord(known) && isRecord(value)) mergeData(known, value);
    else define(target, name, deepCopy(value));
  }
}

const isRecord = (value) =>
  typeof value === "object" && value !== null && !isArray(value) && isPlain(value);

function absorbProperties(properties, written) {
  if (!isObject(written)) return;
  const names = enumerableKeys(written);
  for (let index = 0; index < names.length; index += 1)
    properties[names[index]] = readProperty(names[index], written[names[index]]);
}

function absorbMethods(methods, written) {
  if (!isObject(written)) return;
  const names = enumerableKeys(written);
  for (let index = 0; index < names.length; index += 1)
    define(methods, names[index], written[names[index]]);
}

/** `lifetimes.attached` goes before an `attached` beside it, which is the older way. */
function absorbLifetimes(lifetimes, written, older) {
  const names = enumerableKeys(lifetimes);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const grouped = isObject(written) ? written[name] : undefined;
    const lifetime = grouped ?? older?.[name];
    if (typeof lifetime === "function") push(lifetimes[name], lifetime);
  }
}
