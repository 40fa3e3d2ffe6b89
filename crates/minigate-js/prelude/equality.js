// Whether two values mean the same, and values as text of many lines, for tests.

import { inspect } from "minigate:inspect";
import { native } from "minigate:native";
import {
  bytesOf,
  dateValue,
  enumerableKeys,
  hasOwn,
  isArray,
  isBuffer,
  isView,
  list,
  mapEach,
  mapGet,
  mapSet,
  mapSize,
  push,
  repeat,
  SafeMap,
  setEach,
  setSize,
  stringify,
} from "minigate:primordials";

const MAX_DEPTH = 20;
const MAX_ENTRIES = 1000;

/** `Object.is`. */
export const isSame = (first, second) =>
  first === second ? first !== 0 || 1 / first === 1 / second : first !== first && second !== second;

/**
 * Whether two values have the same members all the way down; a member that is `undefined` counts as none. With
 * `isPartial` objects may have more members than are expected.
 */
export function isEqual(actual, expected, isPartial = false) {
  return compare(actual, expected, isPartial, new SafeMap());
}

function compare(actual, expected, isPartial, seen) {
  if (isSame(actual, expected)) return true;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null)
    return false;
  if (mapGet(seen, actual) === expected) return true;
  mapSet(seen, actual, expected);
  const kind = kindOf(expected);
  if (kind !== kindOf(actual)) return false;
  switch (kind) {
    case "array":
      return compareArrays(actual, expected, isPartial, seen);
    case "date":
      return isSame(dateValue(actual), dateValue(expected));
    case "bytes":
      return compareBytes(bytesOf(actual), bytesOf(expected));
    case "map":
      return compareArrays(entriesOf(actual), entriesOf(expected), isPartial, seen);
    case "set":
      return compareArrays(membersOf(actual), membersOf(expected), isPartial, seen);
    case "error":
      return actual.name === expected.name && actual.message === expected.message;
    default:
      return compareMembers(actual, expected, isPartial, seen);
  }
}

function compareArrays(actual, expected, isPartial, seen) {
  if (actual.length !== expected.length) return false;
  for (let index = 0; index < expected.length; index += 1) {
    if (!compare(actual[index], expected[index], isPartial, seen)) return false;
  }
  return true;
}

function compareBytes(actual, expected) {
  if (actual.length !== expected.length) return false;
  for (let index = 0; index < expected.length; index += 1) {
    if (actual[index] !== expected[index]) return false;
  }
  return true;
}

function compareMembers(actual, expected, isPartial, seen) {
  const wanted = enumerableKeys(expected);
  for (let index = 0; index < wanted.length; index += 1) {
    if (!compare(actual[wanted[index]], expected[wanted[index]], isPartial, seen)) return false;
  }
  const found = isPartial ? [] : enumerableKeys(actual);
  for (let index = 0; index < found.length; index += 1) {
    if (actual[found[index]] !== undefined && !hasOwn(expected, found[index])) return false;
  }
  return true;
}

function kindOf(value) {
  if (isArray(value)) return "array";
  if (isBuffer(value) || isView(value)) return "bytes";
  if (native.isError(value)) return "error";
  if (succeeds(dateValue, value)) return "date";
  if (succeeds(mapSize, value)) return "map";
  return succeeds(setSize, value) ? "set" : "object";
}

function succeeds(read, value) {
  try {
    read(value);
    return true;
  } catch {
    return false;
  }
}

function entriesOf(map) {
  const entries = list();
  mapEach(map, (value, key) => {
    push(entries, key);
    push(entries, value);
  });
  return entries;
}

function membersOf(set) {
  const members = list();
  setEach(set, (member) => push(members, member));
  return members;
}

/** A value as text, a member a line and members by name, so that two of them can be compared line by line. */
export function view(value) {
  const lines = list();
  const open = list();
  write("", value, "", 0, lines, open);
  let text = "";
  for (let index = 0; index < lines.length; index += 1) text += (index === 0 ? "" : "\n") + lines[index];
  return text;
}

function write(head, value, tail, depth, lines, open) {
  const indent = repeat("  ", depth);
  const kind = typeof value === "object" && value !== null ? kindOf(value) : "scalar";
  if (kind !== "array" && kind !== "object") return add(lines, indent + head + short(value) + tail);
  if (holds(open, value)) return add(lines, indent + head + "[Circular]" + tail);
  const names = enumerableKeys(value);
  const first = kind === "array" ? "[" : "{";
  const last = kind === "array" ? "]" : "}";
  if (names.length === 0) return add(lines, indent + head + first + last + tail);
  if (depth >= MAX_DEPTH) return add(lines, indent + head + "…" + tail);
  add(lines, indent + head + first);
  push(open, value);
  const sorted = kind === "array" ? names : sort(names);
  for (let index = 0; index < sorted.length && index < MAX_ENTRIES; index += 1) {
    const name = kind === "array" ? "" : nameText(sorted[index]) + ": ";
    write(name, value[sorted[index]], ",", depth + 1, lines, open);
  }
  open.length -= 1;
  return add(lines, indent + last + tail);
}

const add = (lines, line) => push(lines, line);

const short = (value) => (typeof value === "string" ? stringify(value) : inspect(value));

const nameText = (name) => stringify(name);

function holds(items, item) {
  for (let index = 0; index < items.length; index += 1) if (items[index] === item) return true;
  return false;
}

/** By insertion: few members, and no prototype of the app's is asked. */
function sort(names) {
  const sorted = list();
  for (let index = 0; index < names.length; index += 1) {
    let at = sorted.length;
    while (at > 0 && sorted[at - 1] > names[index]) {
      sorted[at] = sorted[at - 1];
      at -= 1;
    }
    sorted[at] = names[index];
    sorted.length = index + 1;
  }
  return sorted;
}
