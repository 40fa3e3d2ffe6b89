// `properties` of a component: their types, first values, and what a value of another type becomes.

import { warn } from "minigate:console";
import { deepCopy } from "minigate:copy";
import { typeName } from "minigate:options";
import {
  isArray,
  isObject,
  list,
  push,
  SafeArray,
  SafeObject,
  toBoolean,
  toLowerCase,
  toNumber,
  toText,
} from "minigate:primordials";

/** Reads a property's definition: a type alone, or an object with `type`, `value`, `optionalTypes` and `observer`. */
export function readProperty(name, written) {
  const isFull = isObject(written) && typeof written !== "function";
  const types = list();
  push(types, isFull ? written.type : written);
  if (isFull && isArray(written.optionalTypes)) {
    for (let index = 0; index < written.optionalTypes.length; index += 1)
      push(types, written.optionalTypes[index]);
  }
  return {
    __proto__: null,
    attribute: attributeName(name),
    types,
    value: isFull ? written.value : undefined,
    observer: isFull ? written.observer : undefined,
  };
}

/** The name that a property has among a tag's attributes, which the host gives without hyphens and in small letters. */
function attributeName(name) {
  let text = "";
  for (let index = 0; index < name.length; index += 1) if (name[index] !== "-") text += name[index];
  return toLowerCase(text);
}

/** The value that a property starts with; each instance has its own. */
export function firstValue({ types, value }) {
  if (value !== undefined) return deepCopy(value);
  switch (types[0]) {
    case toText:
      return "";
    case toNumber:
      return 0;
    case toBoolean:
      return false;
    case SafeArray:
      return [];
    default:
      return null;
  }
}

/** A value as a property keeps it: itself where one of its types allows it, else as near as its first type comes. */
export function fitted(name, { types }, value) {
  for (let index = 0; index < types.length; index += 1) if (isOf(types[index], value)) return value;
  return converted(name, types[0], value);
}

/** A value that is written as text, in a page's query or a tag. */
export function fromText({ types }, text) {
  if (isOf(types[0], text)) return text;
  if (types[0] === toBoolean) return text !== "false";
  if (types[0] === toNumber) return toNumber(text);
  return text;
}

function isOf(type, value) {
  switch (type) {
    case toText:
      return typeof value === "string";
    case toNumber:
      return typeof value === "number";
    case toBoolean:
      return typeof value === "boolean";
    case SafeArray:
      return isArray(value);
    case SafeObject:
      return typeof value === "object";
    default:
      return value !== undefined;
  }
}

function converted(name, type, value) {
  if (type === toBoolean) return toBoolean(value);
  if (type === null || type === undefined) return null;
  const isNothing = value === undefined || value === null;
  if (!isNothing || type === toNumber) warnOfType(name, type, value);
  if (type === toText) return isNothing ? "" : toText(value);
  if (type === toNumber) return finite(value);
  if (type === SafeArray) return [];
  return null;
}

function finite(value) {
  const number = typeof value === "symbol" ? 0 : toNumber(value);
  return number - number === 0 ? number : 0;
}

function warnOfType(name, type, value) {
  warn('property "' + name + '": expected ' + typeLabel(type) + ", but got " + typeName(value));
}

function typeLabel(type) {
  if (type === toText) return "String";
  if (type === toNumber) return "Number";
  if (type === SafeArray) return "Array";
  return type === SafeObject ? "Object" : "another type";
}
