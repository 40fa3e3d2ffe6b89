// The components under a page: their lives, and how they find each other.

import { innerOf, runLifetime, runPageLifetime } from "minigate:instance";
import { apply, list, push, slice, startsWith, toArray } from "minigate:primordials";
import { link, unlink } from "minigate:relations";

/** How far a component's life has come. */
export const CREATED = 0;
const ATTACHED = 1;
const READY = 2;
export const GONE = 3;

/** Attaches an instance and all components that it holds, the holder first. */
export function attach(instance) {
  const { node } = innerOf(instance);
  if (node.stage !== CREATED) return;
  node.stage = ATTACHED;
  runLifetime(instance, "attached");
  if (node.stage === GONE) return;
  link(node);
  each(node, (child) => attach(child.instance));
}

/** Tells an instance and all that it holds that they are ready, the holder last. */
export function ready(instance) {
  const { node } = innerOf(instance);
  if (node.stage !== ATTACHED) return;
  node.stage = READY;
  each(node, (child) => ready(child.instance));
  runLifetime(instance, "ready");
}

/** Brings a component to where its owner is. */
export function settle({ instance }, stage) {
  if (stage >= ATTACHED) attach(instance);
  if (stage === READY) ready(instance);
}

/** Detaches an instance and all that it holds, the holder first; one that never was attached hears nothing of it. */
export function detach(instance) {
  const { node } = innerOf(instance);
  const { stage } = node;
  if (stage === GONE) return;
  node.stage = GONE;
  if (stage !== CREATED) runLifetime(instance, "detached");
  unlink(node);
  each(node, (child) => detach(child.instance));
}

/** Tells all components under a page, then the page, of the page's life. */
export function tellPageLife(instance, name, args) {
  each(innerOf(instance).node, (child) => tellPageLife(child.instance, name, args));
  runPageLifetime(instance, name, args);
}

// The list is never changed, only replaced, so what a visit does to the children leaves the walk alone.
function each({ children }, visit) {
  for (let index = 0; index < children.length; index += 1) visit(children[index]);
}

/** `this.selectAllComponents(selector)`. */
export function selectAll(instance, selector) {
  const matches = matcher(selector);
  const found = list();
  each(innerOf(instance).node, (child) => {
    if (matches(child.face)) push(found, exported(child.instance));
  });
  return toArray(found);
}

/** `this.selectComponent(selector)`: the first one, or null. */
export function selectFirst(instance, selector) {
  const found = selectAll(instance, selector);
  return found.length > 0 ? found[0] : null;
}

/** What others get of a component: itself, or what its `export()` gives where it has `wx://component-export`. */
export function exported(instance) {
  const { blueprint } = innerOf(instance);
  const exporter = blueprint.exporter;
  const isExporting = blueprint.behaviors["wx://component-export"] === true && typeof exporter === "function";
  return isExporting ? apply(exporter, instance, list()) : instance;
}

/** `#id`, `.class`, `.a.b`, several with commas; of `.a .b` only the last part counts, as no other tags are known. */
function matcher(selector) {
  const compounds = list();
  let parts = list();
  let from = 0;
  const text = typeof selector === "string" ? selector + "," : ",";
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (c !== "," && c !== " " && c !== ">" && c !== "." && c !== "#") continue;
    if (at > from) push(parts, slice(text, from, at));
    from = c === "." || c === "#" ? at : at + 1;
    if (c === "," && parts.length > 0) push(compounds, parts);
    if (c === "," || ((c === " " || c === ">") && goesOn(text, at))) parts = list();
  }
  return (face) => isAny(compounds, face);
}

/** Whether another part of the same selector follows. */
function goesOn(text, at) {
  let next = at + 1;
  while (text[next] === " " || text[next] === ">") next += 1;
  return text[next] !== ",";
}

function isAny(compounds, face) {
  for (let index = 0; index < compounds.length; index += 1) if (isAll(compounds[index], face)) return true;
  return false;
}

function isAll(parts, face) {
  for (let index = 0; index < parts.length; index += 1) if (!is(parts[index], face)) return false;
  return true;
}

function is(part, { tag, id, classes }) {
  if (startsWith(part, "#")) return slice(part, 1) === id;
  if (!startsWith(part, ".")) return part === tag;
  for (let index = 0; index < classes.length; index += 1) if (classes[index] === slice(part, 1)) return true;
  return false;
}
