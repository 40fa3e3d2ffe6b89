// Data paths of `setData`: `a.b[0].c`.

import { charCodeAt, define, hasOwn, isArray, isObject, list, push, slice } from "minigate:primordials";

/** The steps of a path: names as strings, places in arrays as numbers; nothing where the path is malformed. */
export function parsePath(path) {
  const steps = list();
  let at = 0;
  while (at < path.length) {
    const end = path[at] === "[" ? indexEnd(path, at) : nameEnd(path, at);
    if (end < 0) return undefined;
    push(steps, path[at] === "[" ? +slice(path, at + 1, end - 1) : slice(path, at, end));
    at = end;
    if (path[at] === "." && at + 1 < path.length && path[at + 1] !== "[") at += 1;
    else if (at < path.length && path[at] !== "[") return undefined;
  }
  return steps.length > 0 ? steps : undefined;
}

/**
 * Sets the value at the end of a path. What is missing on the way, or has the wrong shape for the next step, is made
 * anew. Only own properties are followed, so that no path leads to a prototype.
 */
export function setAt(root, steps, value) {
  let target = root;
  for (let index = 0; index + 1 < steps.length; index += 1) {
    target = stepInto(target, steps[index], typeof steps[index + 1] === "number");
  }
  define(target, steps[steps.length - 1], value);
}

/** The value at the end of a path; undefined where there is none. */
export function valueAt(root, steps) {
  let value = root;
  for (let index = 0; index < steps.length; index += 1) {
    if (!isObject(value) || !hasOwn(value, steps[index])) return undefined;
    value = value[steps[index]];
  }
  return value;
}

function stepInto(target, step, wantsArray) {
  const next = hasOwn(target, step) ? target[step] : undefined;
  const fits = typeof next === "object" && next !== null && (!wantsArray || isArray(next));
  if (fits) return next;
  const made = wantsArray ? [] : {};
  define(target, step, made);
  return made;
}

function nameEnd(path, from) {
  let at = from;
  while (at < path.length && path[at] !== "." && path[at] !== "[") at += 1;
  return at > from ? at : -1;
}

function indexEnd(path, from) {
  let at = from + 1;
  while (at < path.length && isDigit(charCodeAt(path, at))) at += 1;
  return at > from + 1 && path[at] === "]" ? at + 1 : -1;
}

const isDigit = (code) => code >= 48 && code <= 57;
