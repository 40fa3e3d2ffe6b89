// Reading what an app passed: each option once, and its type checked in the platform's words.

import { describe } from "minigate:errors";
import { isArray, isBuffer, isObject, isView } from "minigate:primordials";

/** A call that fails; the text stands after `fail ` in its `errMsg`, the cause is what the app's own code threw. */
export class Failure {
  constructor(text, errno, cause) {
    this.text = text;
    this.errno = errno;
    this.cause = cause;
  }
}

/** The number of "invalid request parameter". */
const INVALID_PARAMETER = 1001;

/** A failure because of what was passed. */
export const parameterError = (text, cause) =>
  new Failure("parameter error: " + text, INVALID_PARAMETER, cause);

/** Turns anything that was thrown while options were read into a failure. */
export function toFailure(error) {
  if (error instanceof Failure) return error;
  const cause = describe(error);
  return parameterError(cause, cause);
}

/** A value's type in the platform's words. */
export function typeName(value) {
  if (value === null) return "Null";
  if (isArray(value)) return "Array";
  switch (typeof value) {
    case "undefined":
      return "Undefined";
    case "string":
      return "String";
    case "number":
      return "Number";
    case "boolean":
      return "Boolean";
    case "function":
      return "Function";
    case "symbol":
      return "Symbol";
    case "bigint":
      return "BigInt";
    default:
      return isBuffer(value) || isView(value) ? "ArrayBuffer" : "Object";
  }
}

/** Refuses options that are no object. */
export function requireOptions(options) {
  if (!isObject(options))
    throw parameterError("parameter should be Object instead of " + typeName(options) + ";");
}

/** An option that must be there with the given type. */
export function required(options, name, type) {
  const value = options[name];
  if (typeName(value) !== type) throw wrongType(name, type, value);
  return value;
}

/** An option that may be missing. */
export function optional(options, name, type, fallback) {
  const value = options[name];
  if (value === undefined || value === null) return fallback;
  if (typeName(value) !== type) throw wrongType(name, type, value);
  return value;
}

/** Those of the named options that the app asks for, a line each; they choose what isn't here. */
export function optionsWithoutEffect(options, names) {
  let asked = "";
  for (let index = 0; index < names.length; index += 1) {
    if (options[names[index]] === true) asked += names[index] + "\n";
  }
  return asked;
}

const wrongType = (name, type, value) =>
  parameterError("parameter." + name + " should be " + type + " instead of " + typeName(value) + ";");
