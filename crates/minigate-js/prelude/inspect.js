// Values as text, for the console. Runs no code of the app: getters are named and not called, proxies are not asked.

import { native } from "minigate:native";
import {
  bigintText,
  bufferSize,
  dateValue,
  functionText,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isArray,
  isBuffer,
  isoText,
  isView,
  list,
  mapEach,
  mapSize,
  objectPrototype,
  ownKeys,
  push,
  regexPrototype,
  regexText,
  setEach,
  setSize,
  slice,
  startsWith,
  stringify,
  symbolText,
  toNumber,
  viewLength,
  viewName,
} from "minigate:primordials";
import { errorStack } from "minigate:stack";

const MAX_DEPTH = 4;
const MAX_ENTRIES = 100;
const MAX_STRING = 10_000;
const MAX_TEXT = 100_000;

/** A value as one text; a string that stands alone is itself, without quotes. */
export function inspect(value) {
  if (typeof value === "string") return cut(value, MAX_TEXT);
  const state = { __proto__: null, path: list(), room: MAX_TEXT };
  return cut(show(value, state), MAX_TEXT);
}

function cut(text, length) {
  return text.length > length
    ? slice(text, 0, length) + "… (" + (text.length - length) + " more characters)"
    : text;
}

function show(value, state) {
  const text = isContainer(value) ? container(value, state) : scalar(value);
  state.room -= text.length;
  return text;
}

const isContainer = (value) => typeof value === "object" && value !== null;

function scalar(value) {
  switch (typeof value) {
    case "string":
      return stringify(cut(value, MAX_STRING));
    case "bigint":
      return bigintText(value) + "n";
    case "symbol":
      return symbolText(value);
    case "function":
      return native.isProxy(value) ? "[Proxy]" : functionLine(value);
    case "number":
      return value === 0 && 1 / value < 0 ? "-0" : "" + value;
    default:
      return "" + value;
  }
}

function functionLine(value) {
  const kind = startsWith(functionText(value), "class") ? "class" : "Function";
  const name = ownText(value, "name");
  return name === "" ? "[" + kind + "]" : "[" + kind + ": " + name + "]";
}

function container(value, state) {
  if (native.isProxy(value)) return "[Proxy]";
  if (onPath(value, state.path)) return "[Circular]";
  if (state.path.length >= MAX_DEPTH) return isArray(value) ? "[Array]" : "[Object]";
  push(state.path, value);
  const text = special(value, state) ?? plain(value, state);
  state.path.length -= 1;
  return text;
}

function onPath(value, path) {
  for (let index = 0; index < path.length; index += 1) if (path[index] === value) return true;
  return false;
}

// Each built-in is asked through its own captured accessor, which throws for anything else.
function special(value, state) {
  if (isArray(value)) return "[" + entries(value, state, true) + "]";
  if (native.isError(value)) return errorText(value);
  if (isBuffer(value)) return "ArrayBuffer(" + bufferSize(value) + ")";
  if (isView(value)) return viewName(value) === undefined ? "DataView" : view(value);
  return (
    attempt(() => dateText(value)) ??
    attempt(() => mapText(value, state)) ??
    attempt(() => setText(value, state)) ??
    attempt(() => regex(value))
  );
}

function attempt(describe) {
  try {
    return describe();
  } catch {
    return undefined;
  }
}

const dateText = (value) => (dateValue(value) === dateValue(value) ? isoText(value) : "Invalid Date");

function regex(value) {
  const source = regexText(value);
  return value === regexPrototype ? undefined : "/" + source + "/";
}

function view(value) {
  const length = viewLength(value);
  let text = "";
  for (let index = 0; index < length && index < MAX_ENTRIES; index += 1)
    text += (index ? ", " : "") + value[index];
  return viewName(value) + "(" + length + ") [" + text + (length > MAX_ENTRIES ? ", …" : "") + "]";
}

function mapText(value, state) {
  const size = mapSize(value);
  let text = "";
  let count = 0;
  mapEach(value, (item, key) => {
    if (++count > MAX_ENTRIES || state.room < 0) return;
    text += (text && ", ") + show(key, state) + " => " + show(item, state);
  });
  return "Map(" + size + ") {" + text + (size > MAX_ENTRIES ? ", …" : "") + "}";
}

function setText(value, state) {
  const size = setSize(value);
  let text = "";
  let count = 0;
  setEach(value, (item) => {
    if (++count <= MAX_ENTRIES && state.room >= 0) text += (text && ", ") + show(item, state);
  });
  return "Set(" + size + ") {" + text + (size > MAX_ENTRIES ? ", …" : "") + "}";
}

function errorText(error) {
  const name = ownText(error, "name") || chainText(error, "name") || "Error";
  const message = ownText(error, "message");
  const stack = attempt(() => errorStack(error)) ?? "";
  const head = message === "" ? name : name + ": " + message;
  if (stack === "") return "[" + head + "]";
  // What an app has put there may already say it.
  return startsWith(stack, head) ? appFrames(stack) : head + "\n" + appFrames(stack);
}

function appFrames(stack) {
  let text = stack;
  while (text.length > 0 && text[text.length - 1] === "\n") text = slice(text, 0, -1);
  return text;
}

function plain(value, state) {
  const name = className(value);
  const text = entries(value, state, false);
  const body = text === "" ? "{}" : "{ " + text + " }";
  return name === "" ? body : name + " " + body;
}

function className(value) {
  const prototype = getPrototypeOf(value);
  if (prototype === objectPrototype) return "";
  if (prototype === null) return "[null prototype]";
  if (native.isProxy(prototype)) return "";
  const constructor = getOwnPropertyDescriptor(prototype, "constructor");
  return constructor && typeof constructor.value === "function" ? ownText(constructor.value, "name") : "";
}

function entries(value, state, indexed) {
  const keys = ownKeys(value);
  let text = "";
  let count = 0;
  let next = 0;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index];
    const property = getOwnPropertyDescriptor(value, key);
    if (property === undefined || !property.enumerable) continue;
    if (++count > MAX_ENTRIES || state.room < 0) return text + ", …";
    const at = indexed ? position(key, value.length) : 0;
    if (indexed) text += gap(text, at - next);
    next = at + 1;
    const shown = entry(property, state);
    text += (text && ", ") + (indexed && at < value.length ? shown : keyText(key) + ": " + shown);
  }
  return indexed ? text + gap(text, value.length - next) : text;
}

/** Where in an array a key stands: behind all elements if it is none of them. */
function position(key, length) {
  const index = typeof key === "string" ? toNumber(key) : length;
  return index < length && "" + index === key ? index : length;
}

function gap(text, size) {
  if (size <= 0) return "";
  return (text && ", ") + "<" + size + (size === 1 ? " empty item>" : " empty items>");
}

function entry(property, state) {
  if ("value" in property) return show(property.value, state);
  if (property.get === undefined) return "[Setter]";
  return property.set === undefined ? "[Getter]" : "[Getter/Setter]";
}

function keyText(key) {
  if (typeof key === "symbol") return "[" + symbolText(key) + "]";
  return isPlainName(key) ? key : stringify(cut(key, MAX_STRING));
}

function isPlainName(key) {
  for (let index = 0; index < key.length; index += 1) {
    const c = key[index];
    if (!(
      (c >= "a" && c <= "z") ||
      (c >= "A" && c <= "Z") ||
      (c >= "0" && c <= "9") ||
      c === "_" ||
      c === "$"
    )) {
      return false;
    }
  }
  return key.length > 0;
}

function ownText(value, name) {
  if (native.isProxy(value)) return "";
  const property = getOwnPropertyDescriptor(value, name);
  return property !== undefined && typeof property.value === "string" ? property.value : "";
}

function chainText(value, name) {
  let prototype = getPrototypeOf(value);
  for (let step = 0; step < 10 && prototype !== null && !native.isProxy(prototype); step += 1) {
    const text = ownText(prototype, name);
    if (text !== "") return text;
    prototype = getPrototypeOf(prototype);
  }
  return "";
}
