// `relations`: components in one WXML that know each other.

import { innerOf, callFor } from "minigate:instance";
import { enumerableKeys, isObject, list, push, slice, toArray } from "minigate:primordials";
import { toRoute } from "minigate:query";

const INVERSE = { __proto__: null, parent: "child", ancestor: "descendant" };

/** Ties a component that is attached to the one above that it names, if that one names it too. */
export function link(node) {
  const relations = innerOf(node.instance).blueprint.relations;
  if (!isObject(relations)) return;
  const keys = enumerableKeys(relations);
  for (let index = 0; index < keys.length; index += 1) linkUpwards(node, keys[index], relations[keys[index]]);
}

function linkUpwards(node, key, relation) {
  const inverse = isObject(relation) ? INVERSE[relation.type] : undefined;
  if (inverse === undefined) return;
  let above = node.parent;
  while (above !== undefined) {
    const counterpart = isMeant(node, key, relation, above) ? counterpartOf(above, inverse, node) : undefined;
    if (counterpart !== undefined) return tie(node, key, above, counterpart);
    above = relation.type === "parent" ? undefined : above.parent;
  }
}

/** The key of the relation in which the upper component names the lower one. */
function counterpartOf(above, type, node) {
  const relations = innerOf(above.instance).blueprint.relations;
  const keys = isObject(relations) ? enumerableKeys(relations) : [];
  for (let index = 0; index < keys.length; index += 1) {
    const relation = relations[keys[index]];
    if (isObject(relation) && relation.type === type && isMeant(above, keys[index], relation, node))
      return keys[index];
  }
  return undefined;
}

/** Whether a relation's key, a path, or its `target`, a behavior, means another component. */
function isMeant(node, key, relation, other) {
  const inner = innerOf(other.instance);
  if (relation.target !== undefined) return inner.blueprint.behaviors[relation.target] === true;
  return toRoute(key, routeOf(innerOf(node.instance).path)) === routeOf(inner.path);
}

const routeOf = (path) => slice(path, 0, -".js".length);

function tie(lower, lowerKey, upper, upperKey) {
  note(lower, lowerKey, upper);
  note(upper, upperKey, lower);
  tell(upper, upperKey, "linked", lower);
  tell(lower, lowerKey, "linked", upper);
}

function note(node, key, other) {
  node.links[key] ??= list();
  push(node.links[key], other);
}

function tell(node, key, event, other) {
  const handler = innerOf(node.instance).blueprint.relations[key]?.[event];
  const args = list();
  push(args, other.instance);
  if (typeof handler === "function") callFor(node.instance, handler, args);
}

/** Unties a component that is detached, on both sides. */
export function unlink(node) {
  const keys = enumerableKeys(node.links);
  for (let index = 0; index < keys.length; index += 1) {
    const others = node.links[keys[index]];
    for (let other = 0; other < others.length; other += 1) untie(node, keys[index], others[other]);
  }
  node.links = { __proto__: null };
}

function untie(node, key, other) {
  const keys = enumerableKeys(other.links);
  for (let index = 0; index < keys.length; index += 1) {
    if (!holds(other.links[keys[index]], node)) continue;
    other.links[keys[index]] = without(other.links[keys[index]], node);
    tell(other, keys[index], "unlinked", node);
  }
  tell(node, key, "unlinked", other);
}

function holds(nodes, wanted) {
  for (let index = 0; index < nodes.length; index += 1) if (nodes[index] === wanted) return true;
  return false;
}

function without(nodes, unwanted) {
  const left = list();
  for (let index = 0; index < nodes.length; index += 1) if (nodes[index] !== unwanted) push(left, nodes[index]);
  return left;
}

/** `this.getRelationNodes(key)`: in the order in which the WXML around has them. */
export function related(instance, key) {
  const node = innerOf(instance)?.node;
  const nodes = node?.links[key];
  const found = list();
  if (nodes === undefined) return toArray(found);
  const { children } = innerOf(node.owner).node;
  for (let index = 0; index < children.length; index += 1)
    if (holds(nodes, children[index])) push(found, children[index].instance);
  return toArray(found);
}
