// `setTimeout` and its family. The host keeps the times; here are the callbacks.

import { invoke } from "minigate:errors";
import { native } from "minigate:native";
import { define, list, mapDelete, mapGet, mapSet, push, SafeMap, SafeTypeError, toNumber } from "minigate:primordials";

const timers = new SafeMap();
const postponed = new SafeMap();

/** Puts the timer functions on the global object. */
export function installTimers() {
  const start = (name, repeats) =>
    ({
      [name](callback, delay, ...args) {
        if (typeof callback !== "function") {
          throw new SafeTypeError(name + " needs a function; code can't be made from text");
        }
        const id = native.startTimer(milliseconds(delay), repeats);
        mapSet(timers, id, { __proto__: null, callback, args });
        return id;
      },
    })[name];
  const stop = (name) =>
    ({
      [name](id) {
        if (mapDelete(timers, id)) native.stopTimer(id);
      },
    })[name];
  define(globalThis, "setTimeout", start("setTimeout", false));
  define(globalThis, "setInterval", start("setInterval", true));
  define(globalThis, "clearTimeout", stop("clearTimeout"));
  define(globalThis, "clearInterval", stop("clearInterval"));
}

/** Calls a function once after a span, as a game's frame: with the time at which it is drawn. */
export function startFrame(callback, delay) {
  const id = native.startTimer(milliseconds(delay), false);
  const draw = () => {
    const args = list();
    push(args, native.now());
    invoke(callback, undefined, args);
  };
  mapSet(timers, id, { __proto__: null, callback: draw, args: [] });
  return id;
}

/** Takes a frame back. */
export function clearFrame(id) {
  if (mapDelete(timers, id)) native.stopTimer(id);
}

/** Calls a function in a turn of its own, after the running one. */
export function soon(callback) {
  mapSet(postponed, native.soon(), callback);
}

/** A timer's time has come. */
export function onTimer(id, isLast) {
  const timer = mapGet(timers, id);
  if (timer === undefined) return;
  if (isLast) mapDelete(timers, id);
  invoke(timer.callback, undefined, timer.args);
}

/** The turn of a postponed callback has come. */
export function onSoon(id) {
  const callback = mapGet(postponed, id);
  mapDelete(postponed, id);
  if (callback !== undefined) callback();
}

// Less than a millisecond, and what is no number, is a millisecond; an interval of nothing would never let go.
function milliseconds(delay) {
  const number = toNumber(delay);
  return number >= 1 && number <= 0x7fffffff ? number : 1;
}
