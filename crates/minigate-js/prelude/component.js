// Components that live under a page: made from what its WXML says, as far as that is known without a screen.

import { warn } from "minigate:console";
import { reportException } from "minigate:errors";
import { applyData, createInstance, describeInstance, innerOf, prototypeOf, runLifetime } from "minigate:instance";
import { sharedMembers } from "minigate:members";
import { native } from "minigate:native";
import { parsePath, valueAt } from "minigate:path";
import {
  define,
  enumerableKeys,
  hasOwn,
  list,
  mapGet,
  mapSet,
  parseJson,
  push,
  SafeMap,
} from "minigate:primordials";
import { fromText } from "minigate:properties";
import { componentOf, usedBy } from "minigate:registry";

/** How deep components may hold components; one that holds itself would never end. */
const MAX_DEPTH = 24;
/** How many components a page may hold. */
const MAX_NODES = 2000;

/** What the WXML of a file holds, by file. */
const templates = new SafeMap();

/** Makes the components that the WXML of an owner's file names; `root` counts them. */
export function populate(owner, file, root, depth = 0) {
  const node = innerOf(owner).node;
  const elements = templateOf(file);
  const tags = usedBy(file);
  const made = list();
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index];
    const target = tags[element.tag];
    const parent = element.parent < 0 ? undefined : made[element.parent];
    const child = makes(target, element, root, depth) ? make(target, element, owner, root, depth) : undefined;
    push(made, child ?? parent);
    if (child === undefined) continue;
    child.parent = parent;
    push(node.children, child);
  }
}

/** A node of the tree of components. */
export const createNode = (owner, element, root) => ({
  __proto__: null,
  instance: undefined,
  element,
  owner,
  parent: undefined,
  root,
  children: list(),
  links: { __proto__: null },
});

function templateOf(file) {
  const known = mapGet(templates, file);
  if (known !== undefined) return known;
  const elements = parseJson(native.template(file));
  mapSet(templates, file, elements);
  return elements;
}

function makes(file, element, root, depth) {
  if (file === undefined || !element.isKnown || componentOf(file) === undefined) return false;
  if (depth < MAX_DEPTH && root.count < MAX_NODES) return true;
  if (!root.isFull) warn("components: too many, or too deep in each other, at <" + element.tag + ">");
  root.isFull = true;
  return false;
}

function make(file, element, owner, root, depth) {
  root.count += 1;
  try {
    return makeComponent(file, element, owner, root, depth);
  } catch (error) {
    reportException(error);
    return undefined;
  }
}

/** Makes a component of a file, with what it holds; it is created, and not yet attached. */
export function makeComponent(file, element, owner, root, depth) {
  const blueprint = componentOf(file);
  const instance = createInstance(prototypeOf(blueprint, sharedMembers), blueprint, file);
  const node = createNode(owner, element, root);
  node.instance = instance;
  innerOf(instance).node = node;
  describeInstance(instance, file, element.id, copyOf(element.data));
  populate(instance, file, root, depth + 1);
  runLifetime(instance, "created");
  give(node, attributes(node));
  return node;
}

function copyOf(data) {
  const copy = {};
  const names = enumerableKeys(data);
  for (let index = 0; index < names.length; index += 1) define(copy, names[index], data[names[index]]);
  return copy;
}

/** The values that a tag's attributes have now, for those that are properties. */
function attributes({ element, instance, owner }) {
  const { properties } = innerOf(instance).blueprint;
  const values = {};
  const names = enumerableKeys(properties);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const key = properties[name].attribute;
    if (hasOwn(element.attributes, key)) define(values, name, fromText(properties[name], element.attributes[key]));
    else if (hasOwn(element.literals, key)) define(values, name, element.literals[key]);
    else if (hasOwn(element.paths, key)) {
      const value = valueAt(owner.data, parsePath(element.paths[key]));
      if (value !== undefined) define(values, name, value);
    }
  }
  return values;
}

function give({ instance }, values) {
  const changed = {};
  const names = enumerableKeys(values);
  for (let index = 0; index < names.length; index += 1) {
    if (instance.data[names[index]] !== values[names[index]]) define(changed, names[index], values[names[index]]);
  }
  if (enumerableKeys(changed).length > 0) applyData(instance, changed);
}

/** Hands an owner's new data on to the components whose attributes name it. */
export function refresh(owner) {
  const node = innerOf(owner)?.node;
  if (node === undefined) return;
  for (let index = 0; index < node.children.length; index += 1) {
    const child = node.children[index];
    if (child.element.isBound) give(child, attributes(child));
  }
}
