// Errors that nobody caught: told to the host and to the app's own listeners, and nothing else breaks.

import { inspect } from "minigate:inspect";
import { native } from "minigate:native";
import { apply, list } from "minigate:primordials";
import { errorStack } from "minigate:stack";

/** Who hears of errors inside the app; `lifecycle.js` fills it. */
export const listeners = { __proto__: null, exception: undefined, rejection: undefined, fault: undefined };

const NO_ARGUMENTS = list();

/** Calls an app's function; what it throws is reported, and the caller goes on. */
export function invoke(callback, receiver = undefined, args = NO_ARGUMENTS) {
  try {
    return apply(callback, receiver, args);
  } catch (error) {
    reportException(error);
    return undefined;
  }
}

/** Reports an exception that nobody caught. */
export function reportException(error) {
  const { text, stack } = tell("exception", error);
  hear("exception", text + "\n" + stack);
}

/** Reports what the app left out; no code of it has failed, so its own listeners aren't told. */
export function reportOmission(text) {
  native.report("exception", text, "");
}

/** Reports a Promise that was rejected and not handled. */
export function reportRejection(promise, reason) {
  tell("rejection", reason);
  hear("rejection", { reason, promise });
}

/** An error's name and message, as a line. */
export function describe(error) {
  if (!native.isError(error)) return inspect(error);
  const name = read(error, "name");
  const message = read(error, "message");
  return message === "" ? name || "Error" : (name || "Error") + ": " + message;
}

let hearing = false;

// An error in a listener for errors is told to the host only, or it would go round for ever.
function hear(kind, news) {
  const listener = listeners[kind];
  if (listener === undefined || hearing) return;
  hearing = true;
  try {
    listener(news);
  } finally {
    hearing = false;
  }
}

function tell(kind, error) {
  const text = describe(error);
  const stack = native.isError(error) ? stackOf(error) : "";
  native.report(kind, text, stack);
  listeners.fault?.(kind, text, stack);
  return { text, stack };
}

function stackOf(error) {
  try {
    const stack = errorStack(error);
    return typeof stack === "string" ? stack : "";
  } catch {
    return "";
  }
}

function read(error, name) {
  try {
    const value = error[name];
    return typeof value === "string" ? value : "";
  } catch {
    return "";
  }
}
