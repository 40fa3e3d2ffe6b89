// The convention of most functions: `success` or `fail`, then `complete`; a Promise where none of them is given.

import { invoke } from "minigate:errors";
import { toFailure } from "minigate:options";
import { define, isObject, list, push, SafeError, SafePromise } from "minigate:primordials";
import { soon } from "minigate:timers";

/**
 * Makes a function of the convention. `prepare` reads the options at once and gives a function that does the work in
 * a turn of its own and gives the result's members; either may throw a `Failure`.
 */
export function createApi(name, prepare) {
  const perform = (options, settle) => {
    let work;
    try {
      work = prepare(options === undefined || options === null ? {} : options);
    } catch (error) {
      work = () => {
        throw error;
      };
    }
    soon(() => settle(outcome(name, work)));
  };
  return function (options) {
    const callbacks = readCallbacks(options);
    if (callbacks.given) return perform(options, (result) => settleCallbacks(callbacks, result));
    return new SafePromise((resolve, reject) => {
      perform(options, ({ isFailure, value }) => (isFailure ? reject : resolve)(value));
    });
  };
}

/** Makes the twin of such a function that answers at once and throws where the other fails. */
export function createSync(name, work) {
  return function (first, second, third, fourth) {
    try {
      return work(first, second, third, fourth);
    } catch (error) {
      const { errMsg, errno } = failureValue(name, toFailure(error));
      const thrown = new SafeError(errMsg);
      define(thrown, "errMsg", errMsg);
      if (errno !== undefined) define(thrown, "errno", errno);
      throw thrown;
    }
  };
}

/** Reads the three callbacks, each once; one whose getter throws counts as missing. */
export function readCallbacks(options) {
  const success = readCallback(options, "success");
  const fail = readCallback(options, "fail");
  const complete = readCallback(options, "complete");
  const given = success !== undefined || fail !== undefined || complete !== undefined;
  return { __proto__: null, success, fail, complete, given };
}

/** Calls success or fail, then complete, with the same object. */
export function settleCallbacks(callbacks, { isFailure, value }) {
  const args = list();
  push(args, value);
  const first = isFailure ? callbacks.fail : callbacks.success;
  if (first !== undefined) invoke(first, undefined, args);
  if (callbacks.complete !== undefined) invoke(callbacks.complete, undefined, args);
}

/** The object that a failed call gives. */
export function failureValue(name, { text, errno }) {
  const value = { errMsg: name + ":fail " + text };
  if (errno !== undefined) define(value, "errno", errno);
  return value;
}

function readCallback(options, name) {
  if (!isObject(options)) return undefined;
  try {
    const callback = options[name];
    return typeof callback === "function" ? callback : undefined;
  } catch {
    return undefined;
  }
}

function outcome(name, work) {
  try {
    const value = work() ?? {};
    define(value, "errMsg", name + ":ok");
    return { isFailure: false, value };
  } catch (error) {
    return { isFailure: true, value: failureValue(name, toFailure(error)) };
  }
}
