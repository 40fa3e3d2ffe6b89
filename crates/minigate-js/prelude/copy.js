// Deep copies of data.

import {
  arrayPrototype,
  define,
  enumerableKeys,
  getPrototypeOf,
  isArray,
  mapGet,
  mapSet,
  objectPrototype,
  SafeMap,
} from "minigate:primordials";

/** A copy of arrays and plain objects all the way down; anything else stays the same value. Cycles stay cycles. */
export function deepCopy(value) {
  return copyInto(value, new SafeMap());
}

function copyInto(value, done) {
  if (typeof value !== "object" || value === null) return value;
  const known = mapGet(done, value);
  if (known !== undefined) return known;
  if (!isArray(value) && !isPlain(value)) return value;
  const copy = isArray(value) ? [] : {};
  mapSet(done, value, copy);
  const names = enumerableKeys(value);
  for (let index = 0; index < names.length; index += 1)
    define(copy, names[index], copyInto(value[names[index]], done));
  if (isArray(value) && copy.length < value.length) copy.length = value.length;
  return copy;
}

/** Whether an object is made by braces or brackets, and is no instance of a class. */
export function isPlain(value) {
  const prototype = getPrototypeOf(value);
  return prototype === null || prototype === objectPrototype || prototype === arrayPrototype;
}
