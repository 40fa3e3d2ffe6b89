// The components under a page: their lives, and how they find each other.

import { innerOf, runLifetime, runPageLifetime } from "minigate:instance";
import { apply, list, push, slice, startsWith, toArray } from "minigate:primordials";
import { link, unlink } from "minigate:relations";

/** Attaches an instance and all components that it holds, the holder first. */
export function attach(instance) {
  runLifetime(instance, "attached");
  const node = innerOf(instance).node;
  link(node);
  each(node, (child) => attach(child.instance));
}

/** Tells an instance and all that it holds that they are ready, the holder last. */
export function ready(instance) {
  each(innerOf(instance).node, (child) => ready(child.instance));
  runLifetime(instance, "ready");
}

/** Detaches an instance and all that it holds, the holder first. */
export function detach(instance) {
  const node = innerOf(instance).node;
  runLifetime(instance, "detached");
  unlink(node);
  each(node, (child) => detach(child.instance));
}

/** Tells all components under a page, then the page, of the page's life. */
export function tellPageLife(instance, name, args) {
  each(innerOf(instance).node, (child) => tellPageLife(child.instance, name, args));
  runPageLifetime(instance, name, args);
}

function each(node, visit) {
  for (let index = 0; index < node.children.length; index += 1) visit(node.children[index]);
}

/** `this.selectAllComponents(selector)`. */
export function selectAll(instance, selector) {
  const matches = matcher(selector);
  const found = list();
  each(innerOf(instance).node, (child) => {
    if (matches(child.element)) push(found, exported(child.instance));
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
  return (element) => isAny(compounds, element);
}

/** Whether another part of the same selector follows. */
function goesOn(text, at) {
  let next = at + 1;
  while (text[next] === " " || text[next] === ">") next += 1;
  return text[next] !== ",";
}

function isAny(compounds, element) {
  for (let index = 0; index < compounds.length; index += 1) if (isAll(compounds[index], element)) return true;
  return false;
}

function isAll(parts, element) {
  for (let index = 0; index < parts.length; index += 1) if (!is(parts[index], element)) return false;
  return true;
}

function is(part, { tag, id, classes }) {
  if (startsWith(part, "#")) return slice(part, 1) === id;
  if (!startsWith(part, ".")) return part === tag;
  for (let index = 0; index < classes.length; index += 1) if (classes[index] === slice(part, 1)) return true;
  return false;
}
