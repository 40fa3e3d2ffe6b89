// `Error.prototype.stack`, made when it is read. Of each error the engine keeps the frames alone, as objects that hand
// out the functions on the stack, so none of them ever reaches the app; the prelude's own frames don't show at all.

import { native } from "minigate:native";
import {
  define,
  defineProperty,
  errorPrototype,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isArray,
  isObject,
  rawStack,
  SafeError,
  SafeTypeError,
  slice,
  startsWith,
  toText,
  uncurry,
} from "minigate:primordials";

const framePrototype = getPrototypeOf(sampleFrame());
const fileName = uncurry(framePrototype.getFileName);
const functionName = uncurry(framePrototype.getFunctionName);
const functionOf = uncurry(framePrototype.getFunction);
const lineNumber = uncurry(framePrototype.getLineNumber);
const columnNumber = uncurry(framePrototype.getColumnNumber);
const isNative = uncurry(framePrototype.isNative);

/** Lets the host see each error before the app can catch it, and makes stacks readable. */
export function installStacks() {
  SafeError.prepareStackTrace = native.witness;
  const { get } = getOwnPropertyDescriptor(
    {
      get stack() {
        return told(this);
      },
    },
    "stack",
  );
  const { set } = getOwnPropertyDescriptor(errorPrototype, "stack");
  defineProperty(errorPrototype, "stack", { __proto__: null, get, set, configurable: true });
  define(SafeError, "captureStackTrace", captureStackTrace, false);
}

/** The frames of an error as text, innermost first; nothing for what is no error. No code of the app runs for it. */
export function errorStack(error) {
  const kept = rawStack(error);
  return kept === undefined || typeof kept === "string" ? kept : stackText(kept, 0);
}

/** What the app reads: the frames below a line that says what went wrong, as V8 writes them. */
function told(error) {
  const kept = rawStack(error);
  return kept === undefined || typeof kept === "string" ? kept : headed(error, stackText(kept, 0));
}

function headed(error, frames) {
  const name = member(error, "name") ?? "Error";
  const message = member(error, "message") ?? "";
  const head = name === "" || message === "" ? name + message : name + ": " + message;
  return frames === "" ? head : head + "\n" + slice(frames, 0, -1);
}

function member(error, name) {
  try {
    const value = error[name];
    return value === undefined ? undefined : toText(value);
  } catch {
    return undefined;
  }
}

/** `Error.captureStackTrace(target, until)`: the frames below `until`. */
function captureStackTrace(target, until) {
  if (!isObject(target)) throw new SafeTypeError("captureStackTrace needs an object");
  const frames = rawStack(new SafeError());
  const text = stackText(frames, typeof until === "function" ? below(frames, until) : 0);
  define(target, "stack", headed(target, text), false);
}

function below(frames, until) {
  for (let index = 0; index < frames.length; index += 1) {
    if (functionOf(frames[index]) === until) return index + 1;
  }
  return 0;
}

// Where there was no room for the frames there are none.
function stackText(frames, from) {
  let text = "";
  if (!isArray(frames)) return text;
  for (let index = from; index < frames.length; index += 1) {
    if (!isHidden(frames, index)) text += frameText(frames[index]);
  }
  return text;
}

/** Whether a frame is the prelude's, or the `apply` with which it calls the app. */
function isHidden(frames, index) {
  if (!isNative(frames[index])) return isPrelude(frames[index]);
  const isLast = index + 1 === frames.length;
  return functionName(frames[index]) === "apply" && !isLast && isPrelude(frames[index + 1]);
}

function isPrelude(frame) {
  const file = fileName(frame);
  return typeof file === "string" && startsWith(file, "minigate:");
}

function frameText(frame) {
  const place = isNative(frame) ? "native" : placeText(frame);
  const name = functionName(frame);
  return "    at " + (name === null ? place : name + " (" + place + ")") + "\n";
}

/** A frame's place in the developer's own text, which isn't quite what the engine has compiled. */
function placeText(frame) {
  const file = fileName(frame);
  const line = lineNumber(frame);
  const column = columnNumber(frame);
  if (typeof file !== "string") return file + ":" + line + ":" + column;
  return native.origin(file, line, column);
}

function sampleFrame() {
  let frame;
  SafeError.prepareStackTrace = (_, frames) => {
    frame = frames[0];
  };
  rawStack(new SafeError());
  SafeError.prepareStackTrace = undefined;
  return frame;
}
