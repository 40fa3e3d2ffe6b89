// Components that live under a page: made, changed and dropped as the WXML says it for their owner's data.

import { warn } from "minigate:console";
import { reportException } from "minigate:errors";
import { face } from "minigate:face";
import { applyData, createInstance, describeInstance, innerOf, prototypeOf, runLifetime } from "minigate:instance";
import { sharedMembers } from "minigate:members";
import { define, enumerableKeys, hasOwn, list, push } from "minigate:primordials";
import { fromText } from "minigate:properties";
import { componentOf, usedBy } from "minigate:registry";
import { ask, expand, isClear, isStatic, MAX_NODES, tellForeign, templateOf } from "minigate:template";
import { CREATED, detach, GONE, settle } from "minigate:tree";

/** How deep components may hold components; one that holds itself would never end. */
const MAX_DEPTH = 24;

/** A node of the tree of components; `pinned` are those that no WXML names. */
export const createNode = (owner, shown, root, depth) => ({
  __proto__: null,
  instance: undefined,
  /** What its tag says: `{tag, id, classes, dataset, handlers}`. */
  face: shown,
  owner,
  parent: undefined,
  root,
  depth,
  stage: CREATED,
  template: undefined,
  children: list(),
  pinned: list(),
  /** Its children by their paths in the template. */
  byPath: { __proto__: null },
  /** The names in the data on which they depend. */
  asked: { __proto__: null },
  isBusy: false,
  /** What has changed while its components were being arranged. */
  waiting: undefined,
  links: { __proto__: null },
});

/** Makes the components that an owner's WXML holds at first. */
export function populate(owner, file) {
  innerOf(owner).node.template = templateOf(file);
  refresh(owner);
}

/** Brings an owner's components to what its WXML says for its data, of which `changed` names what is new. */
export function refresh(owner, changed) {
  const node = innerOf(owner)?.node;
  if (node?.template === undefined || node.stage === GONE) return;
  if (changed !== undefined && isStatic(node.template)) return;
  if (node.isBusy) return wait(node, changed);
  if (changed !== undefined && !isConcerned(node, changed)) return;
  node.isBusy = true;
  try {
    arrange(owner, node, changed);
    while (node.waiting !== undefined) arrange(owner, node, take(node));
  } catch (error) {
    reportException(error);
  } finally {
    node.isBusy = false;
  }
}

function isConcerned({ asked }, changed) {
  const names = enumerableKeys(changed);
  for (let index = 0; index < names.length; index += 1) if (asked[names[index]]) return true;
  return false;
}

function wait(node, changed) {
  node.waiting ??= { __proto__: null };
  const names = enumerableKeys(changed);
  for (let index = 0; index < names.length; index += 1) node.waiting[names[index]] = true;
}

function take(node) {
  const { waiting } = node;
  node.waiting = undefined;
  return waiting;
}

/** What is gone goes first, then all that is new is made, and then each hears of it in its turn. */
function arrange(owner, node, changed) {
  node.asked = { __proto__: null };
  const wanted = expand(node.template, owner.data, changed, node.asked);
  dropOthers(node, wanted);
  const before = node.byPath;
  const near = { __proto__: null };
  const byPath = { __proto__: null };
  const children = list();
  for (let index = 0; index < wanted.length; index += 1) {
    const want = wanted[index];
    const child = before[want.path] ?? make(owner, node, want);
    near[want.path] = child ?? near[want.around];
    if (child === undefined) continue;
    child.parent = near[want.around];
    byPath[want.path] = child;
    push(children, child);
  }
  for (let index = 0; index < node.pinned.length; index += 1) push(children, node.pinned[index]);
  node.children = children;
  node.byPath = byPath;
  for (let index = 0; index < wanted.length; index += 1) tell(node, wanted[index], before);
}

function dropOthers(node, wanted) {
  const kept = { __proto__: null };
  for (let index = 0; index < wanted.length; index += 1) kept[wanted[index].path] = true;
  const paths = enumerableKeys(node.byPath);
  for (let index = 0; index < paths.length; index += 1) {
    if (kept[paths[index]]) continue;
    const child = node.byPath[paths[index]];
    forget(child);
    detach(child.instance);
  }
}

/** Gives a component's room back, and that of all that it holds. */
function forget(child) {
  child.root.count -= 1;
  for (let index = 0; index < child.children.length; index += 1) forget(child.children[index]);
}

function tell(node, want, before) {
  const child = node.byPath[want.path];
  if (child === undefined) return;
  if (before[want.path] !== undefined) update(node.template, want, child);
  settle(child, node.stage);
}

function update(template, want, child) {
  const shown = face(template, want);
  if (shown.isChanged) {
    child.face = shown;
    define(child.instance, "id", shown.id);
    define(child.instance, "dataset", shown.dataset);
  }
  give(child, attributes(template, want, child, false));
}

function make(owner, node, want) {
  const file = usedBy(innerOf(owner).path)[want.tag.tag];
  if (!makes(file, node, want)) return undefined;
  node.root.count += 1;
  try {
    const child = makeComponent(file, face(node.template, want), owner, node.root, node.depth + 1);
    give(child, attributes(node.template, want, child, true));
    return child;
  } catch (error) {
    reportException(error);
    return undefined;
  }
}

function makes(file, { root, depth, template }, want) {
  const blueprint = file === undefined ? undefined : componentOf(file);
  if (blueprint === undefined || !isCertain(template, want, blueprint.properties)) return false;
  if (depth < MAX_DEPTH && root.count < MAX_NODES) return true;
  if (!root.isFull) warn("components: too many, or too deep in each other, at <" + want.tag.tag + ">");
  root.isFull = true;
  return false;
}

/** Whether all properties that a tag sets can be evaluated: a component that gets half of them does something else. */
function isCertain(template, { tag, scope }, properties) {
  for (let index = 0; index < tag.foreign.length; index += 1) tellForeign(template, tag.foreign[index]);
  const names = enumerableKeys(properties);
  for (let index = 0; index < names.length; index += 1) {
    const key = properties[names[index]].attribute;
    if (hasOwn(tag.attributes, key) && !isClear(template, ask(template, tag.attributes[key], scope))) return false;
  }
  return true;
}

/** Makes a component of a file, with what it holds; it is created, and not yet attached. */
export function makeComponent(file, shown, owner, root, depth) {
  const blueprint = componentOf(file);
  const instance = createInstance(prototypeOf(blueprint, sharedMembers), blueprint, file);
  const node = createNode(owner, shown, root, depth);
  node.instance = instance;
  innerOf(instance).node = node;
  describeInstance(instance, file, shown.id, shown.dataset);
  populate(instance, file);
  runLifetime(instance, "created");
  return node;
}

/** The values of a tag's attributes that are properties: all of them, or those whose names are new. */
function attributes(template, { tag, scope }, { instance }, isNew) {
  const { properties } = innerOf(instance).blueprint;
  const values = {};
  const names = enumerableKeys(properties);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const key = properties[name].attribute;
    if (!hasOwn(tag.attributes, key)) continue;
    const { value, isChanged } = ask(template, tag.attributes[key], scope);
    if (value === undefined || !(isNew || isChanged)) continue;
    define(values, name, typeof tag.attributes[key] === "string" ? fromText(properties[name], value) : value);
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
