// `observers`: which fields of the data they name, and which changes concern them.

import { parsePath, valueAt } from "minigate:path";
import {
  enumerableKeys,
  indexOf,
  isArray,
  isObject,
  list,
  push,
  slice,
  trim,
} from "minigate:primordials";

const ALL = "**";

/** The observers of a definition, written as an object or as a list of `{fields, observer}`. */
export function readObservers(written) {
  const observers = list();
  if (isArray(written)) {
    for (let index = 0; index < written.length; index += 1)
      addObserver(observers, written[index].fields, written[index].observer);
  } else if (isObject(written)) {
    const names = enumerableKeys(written);
    for (let index = 0; index < names.length; index += 1)
      addObserver(observers, names[index], written[names[index]]);
  }
  return observers;
}

function addObserver(observers, text, run) {
  if (typeof text === "string") push(observers, { __proto__: null, fields: parseFields(text), run });
}

/** `a.b, arr[0], c.**` as fields; one that is no path names nothing. */
function parseFields(text) {
  const fields = list();
  let from = 0;
  while (from <= text.length) {
    let end = indexOf(text, ",", from);
    if (end < 0) end = text.length;
    const field = parseField(trim(slice(text, from, end)));
    if (field !== undefined) push(fields, field);
    from = end + 1;
  }
  return fields;
}

function parseField(text) {
  if (text === ALL) return { __proto__: null, steps: list(), isDeep: true };
  const isDeep = slice(text, -ALL.length - 1) === "." + ALL;
  const steps = parsePath(isDeep ? slice(text, 0, -ALL.length - 1) : text);
  return steps === undefined ? undefined : { __proto__: null, steps, isDeep };
}

/** Whether a change at a path concerns one of an observer's fields. */
export function isConcerned(observer, path) {
  for (let index = 0; index < observer.fields.length; index += 1) {
    if (touches(observer.fields[index], path)) return true;
  }
  return false;
}

// A field changes with what holds it; what it holds counts only where it ends in `**`.
function touches({ steps, isDeep }, path) {
  for (let index = 0; index < steps.length && index < path.length; index += 1) {
    if ("" + steps[index] !== "" + path[index]) return false;
  }
  return path.length <= steps.length || isDeep;
}

/** What an observer is called with: the value of each field, or all of the data. */
export function valuesFor(observer, data) {
  const values = list();
  for (let index = 0; index < observer.fields.length; index += 1)
    push(values, valueAt(data, observer.fields[index].steps));
  return values;
}
