// WXML: which components it holds for some data, and what their attributes are.

import { absent } from "minigate:absence";
import { warn } from "minigate:console";
import { describe, reportException, reportOmission } from "minigate:errors";
import { native } from "minigate:native";
import {
  enumerableKeys,
  hasOwn,
  isArray,
  isObject,
  list,
  mapGet,
  mapSet,
  parseJson,
  push,
  SafeMap,
  slice,
  toText,
} from "minigate:primordials";
import { exportsOf } from "minigate:wxs";

/** How many components a page may hold. */
export const MAX_NODES = 2000;
/** How deep templates may use each other; one that uses itself may never end. */
const MAX_TEMPLATES = 24;

const templates = new SafeMap();

/** The template beside a file of code; the host makes a function of each of its expressions. */
export function templateOf(file) {
  const known = mapGet(templates, file);
  if (known !== undefined) return known;
  const template = readTemplate(file);
  mapSet(templates, file, template);
  return template;
}

function readTemplate(file) {
  const template = { __proto__: null, file: slice(file, 0, -".js".length) + ".wxml", plan: undefined, functions: [], scripts: [], modules: { __proto__: null }, told: { __proto__: null } };
  try {
    const { plan, functions } = native.template(file);
    template.plan = parseJson(plan);
    template.functions = functions.expressions;
    template.scripts = functions.scripts;
  } catch (error) {
    reportOmission(template.file + " can't be used: " + describe(error));
    template.plan = { nodes: [], templates: [], scopes: [], opaque: {} };
  }
  return template;
}

/** Whether data change nothing in it. */
export const isStatic = ({ functions }) => functions.length === 0;

/**
 * The components that a template holds for data: `{path, around, tag, scope}` each, those around others first. A path is
 * the same as long as it means the same component. `changed` has the names that are new; without it all are. `asked` gets the
 * names on which all of it depends.
 */
export function expand(template, data, changed, asked) {
  const work = { __proto__: null, template, depth: 0, wanted: list() };
  walk(work, template.plan.nodes, "", rootScope(data, changed, asked), "");
  return work.wanted;
}

function walk(work, nodes, path, scope, around) {
  for (let index = 0; index < nodes.length && work.wanted.length <= MAX_NODES; index += 1)
    visit(work, nodes[index], path + index, scope, around);
}

function visit(work, node, path, scope, around) {
  switch (node.kind) {
    case "component":
      push(work.wanted, { __proto__: null, path, around, tag: node, scope });
      return walk(work, node.nodes, path + "/", scope, path);
    case "loop":
      return visitLoop(work, node, path, scope, around);
    case "choice":
      return visitChoice(work, node.branches, path, scope, around);
    default:
      return visitTemplate(work, node, path, scope, around);
  }
}

function visitChoice(work, branches, path, scope, around) {
  for (let index = 0; index < branches.length; index += 1) {
    const { condition, nodes } = branches[index];
    const answer = condition === null ? undefined : ask(work.template, condition, scope);
    if (answer !== undefined && !isClear(work.template, answer)) return;
    if (answer === undefined || answer.value) return walk(work, nodes, path + "?" + index + "/", scope, around);
  }
}

function visitLoop(work, node, path, scope, around) {
  const answer = ask(work.template, node.list, scope);
  if (!isClear(work.template, answer)) return;
  const { value, isChanged } = answer;
  const used = { __proto__: null };
  eachOf(value, (item, index) => {
    const names = { __proto__: null };
    names[node.index] = { __proto__: null, value: index, isChanged };
    names[node.item] = { __proto__: null, value: item, isChanged };
    const key = uniqueKey(keyOf(node.key, item, index), used);
    walk(work, node.nodes, path + "[" + key.length + ":" + key + "]/", { __proto__: null, outer: scope, names }, around);
    return work.wanted.length <= MAX_NODES;
  });
}

/** Visits items until a visit says that it is enough. */
function eachOf(value, visitOne) {
  const isCount = typeof value === "number";
  if (!isCount && typeof value !== "string" && !isObject(value)) return;
  const isList = !isCount && (typeof value === "string" || isArray(value));
  const names = isCount || isList ? undefined : enumerableKeys(value);
  const size = isCount ? value : isList ? value.length : names.length;
  for (let at = 0; at < size; at += 1) {
    const index = names === undefined ? at : names[at];
    if (!visitOne(isCount ? at : value[index], index)) return;
  }
}

/** `wx:key`: what stays the same of an item, wherever in the list it is. */
function keyOf(name, item, index) {
  const isNamed = name !== null && name !== "*this";
  const key = isNamed ? (isObject(item) && hasOwn(item, name) ? item[name] : index) : name === null ? index : item;
  return isObject(key) ? toText(index) : toText(key);
}

function uniqueKey(key, used) {
  const times = used[key] ?? 0;
  used[key] = times + 1;
  return times === 0 ? key : key + "#" + times;
}

function visitTemplate(work, node, path, scope, around) {
  const { plan, file } = work.template;
  const name = ask(work.template, node.name, scope);
  const data = node.data === null ? { value: {}, isChanged: false, opaque: undefined } : ask(work.template, node.data, scope);
  if (!isClear(work.template, name) || !isClear(work.template, data)) return;
  const known = plan.scopes[node.scope];
  if (!hasOwn(known, name.value)) return tellOnce(work.template, name.value, file + ": template \"" + toText(name.value) + "\" is not found");
  if (work.depth >= MAX_TEMPLATES) return tellOnce(work.template, "depth", file + ": templates use each other too deeply");
  const changed = name.isChanged || data.isChanged ? undefined : { __proto__: null };
  const inner = rootScope(data.value, changed, { __proto__: null });
  work.depth += 1;
  walk(work, plan.templates[known[name.value]], path + "<" + name.value + ">/", inner, around);
  work.depth -= 1;
}

const rootScope = (data, changed, asked) => ({ __proto__: null, outer: undefined, data, changed, asked });

/** What an attribute's value is now, and whether a name in it is new; or which expression nobody evaluates. */
export function ask(template, written, scope) {
  const opaque = opaqueIn(template, written);
  const answer = { __proto__: null, value: undefined, isChanged: false, opaque };
  if (opaque !== undefined) return answer;
  try {
    answer.value = evaluate(template, written, (name) =>
      typeof name === "number" ? exportsOf(template, name) : look(scope, name, answer),
    );
  } catch (error) {
    reportException(error);
  }
  return answer;
}

function evaluate({ functions }, written, names) {
  if (typeof written === "string") return written;
  if (typeof written === "number") return functions[written](names);
  let text = "";
  for (let index = 0; index < written.length; index += 1) {
    const part = written[index];
    const value = typeof part === "string" ? part : functions[part](names);
    text += value === undefined || value === null ? "" : toText(value);
  }
  return text;
}

/** A name's value in the nearest scope that has it; only own members of the data count. */
function look(scope, name, answer) {
  let at = scope;
  for (; at.outer !== undefined; at = at.outer) {
    const found = at.names[name];
    if (found === undefined) continue;
    answer.isChanged ||= found.isChanged;
    return found.value;
  }
  at.asked[name] = true;
  answer.isChanged ||= at.changed === undefined || at.changed[name] === true;
  return isObject(at.data) && hasOwn(at.data, name) ? at.data[name] : undefined;
}

/** The first expression in a value that nobody evaluates. */
function opaqueIn({ plan }, written) {
  if (typeof written === "number") return hasOwn(plan.opaque, written) ? written : undefined;
  for (let index = 0; isArray(written) && index < written.length; index += 1) {
    const opaque = opaqueIn({ plan }, written[index]);
    if (opaque !== undefined) return opaque;
  }
  return undefined;
}

/** Whether an answer is one; what isn't evaluated is told. */
export function isClear(template, { opaque }) {
  if (opaque !== undefined) tellOpaque(template, opaque);
  return opaque === undefined;
}

function tellOpaque(template, opaque) {
  const { text, error } = template.plan.opaque[opaque];
  if (error === null) tellForeign(template, "{{" + text + "}}");
  else tellOnce(template, opaque, template.file + ": {{" + text + "}} is no expression: " + error);
}

/** Tells, once for each template, of something in it that needs a screen's engine. */
export function tellForeign(template, what) {
  if (template.told.foreign) return;
  template.told.foreign = true;
  absent(template.file + ": " + what, "view");
}

function tellOnce(template, key, text) {
  if (template.told[key]) return;
  template.told[key] = true;
  warn(text);
}
