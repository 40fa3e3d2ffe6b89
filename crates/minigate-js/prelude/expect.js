// `expect(value)`: what a test claims of a value.

import { isEqual, isSame, view } from "minigate:equality";
import { describe } from "minigate:errors";
import { inspect } from "minigate:inspect";
import { native } from "minigate:native";
import {
  apply,
  create,
  define,
  enumerableKeys,
  indexOf,
  isArray,
  isObject,
  list,
  push,
  regexTest,
  SafeError,
  SafePromise,
  SafeTypeError,
  SafeWeakMap,
  thenOf,
  weakGet,
  weakSet,
} from "minigate:primordials";

/** What was expected and what was there, as text, by the error that tells of it. */
const differences = new SafeWeakMap();

/** The two texts whose difference an error is about, if it is about one. */
export const differenceOf = (error) => (isObject(error) ? weakGet(differences, error) : undefined);

/** Makes the claims about a value; `not`, `resolves` and `rejects` turn what follows around. */
export function expect(actual) {
  const claims = claimsOf(actual, false);
  define(claims, "not", claimsOf(actual, true));
  define(claims, "resolves", later(actual, "resolves"));
  define(claims, "rejects", later(actual, "rejects"));
  return claims;
}

function claimsOf(actual, isNot) {
  const claims = {};
  const names = enumerableKeys(matchers);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    define(claims, name, (...args) => claim(name, actual, args, isNot));
  }
  return claims;
}

/** The same claims, each a Promise, about what a Promise comes to. */
function later(promise, how) {
  const claims = {};
  const names = enumerableKeys(matchers);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    define(claims, name, (...args) => {
      const trace = new SafeError();
      return settled(promise, how, trace, (value) => {
        // What was rejected was thrown, as far as `toThrow` is concerned.
        const subject = name === "toThrow" && how === "rejects" ? thrower(value) : value;
        claim(name, subject, args, false);
      });
    });
  }
  return claims;
}

function settled(promise, how, trace, check) {
  return new SafePromise((resolve, reject) => {
    const fail = (text) => {
      define(trace, "message", text, false);
      reject(trace);
    };
    const judge = (value) => {
      try {
        check(value);
        resolve();
      } catch (error) {
        reject(error);
      }
    };
    if (!isObject(promise) || typeof promise.then !== "function") return fail(inspect(promise) + " is no Promise");
    const isExpected = how === "resolves";
    return thenOf(
      new SafePromise((keep) => keep(promise)),
      (value) => (isExpected ? judge(value) : fail("the Promise was kept: " + inspect(value))),
      (reason) => (isExpected ? fail("the Promise was rejected: " + describe(reason)) : judge(reason)),
    );
  });
}

const thrower = (value) => () => {
  throw value;
};

function claim(name, actual, args, isNot) {
  const verdict = apply(matchers[name], undefined, [actual, args[0], args[1]]);
  if (verdict.holds !== isNot) return;
  const error = new SafeError("expected " + inspect(actual) + (isNot ? " not " : " ") + verdict.claim);
  define(error, "name", "AssertionError", false);
  const { expected } = verdict;
  if (expected !== undefined && !isNot) {
    weakSet(differences, error, { __proto__: null, expected: expected.text, actual: view(verdict.actual ?? actual) });
  }
  throw error;
}

const verdict = (holds, claim, expected, actual) => ({ __proto__: null, holds, claim, expected, actual });

/** An expected value, for a difference line by line. */
const against = (value) => ({ __proto__: null, text: view(value) });

const isContainer = (value) => typeof value === "object" && value !== null;

const matchers = {
  __proto__: null,
  toBe: (actual, expected) =>
    verdict(isSame(actual, expected), "to be " + inspect(expected), against(expected)),
  toEqual: (actual, expected) =>
    verdict(isEqual(actual, expected), "to equal " + inspect(expected), against(expected)),
  toMatchObject: (actual, expected) =>
    verdict(
      isEqual(actual, expected, true),
      "to have the members of " + inspect(expected),
      against(expected),
      isContainer(actual) && isContainer(expected) ? part(actual, expected) : actual,
    ),
  toContain: (actual, expected) => verdict(contains(actual, expected), "to contain " + inspect(expected)),
  toHaveLength: (actual, expected) =>
    verdict(isLong(actual, expected), "to have the length " + inspect(expected)),
  toMatch: (actual, expected) => verdict(matches(actual, expected), "to match " + inspect(expected)),
  toBeTruthy: (actual) => verdict(!!actual, "to be truthy"),
  toBeFalsy: (actual) => verdict(!actual, "to be falsy"),
  toBeDefined: (actual) => verdict(actual !== undefined, "to be defined"),
  toBeUndefined: (actual) => verdict(actual === undefined, "to be undefined"),
  toBeNull: (actual) => verdict(actual === null, "to be null"),
  toBeGreaterThan: (actual, expected) => verdict(actual > expected, "to be greater than " + inspect(expected)),
  toBeGreaterThanOrEqual: (actual, expected) =>
    verdict(actual >= expected, "to be at least " + inspect(expected)),
  toBeLessThan: (actual, expected) => verdict(actual < expected, "to be less than " + inspect(expected)),
  toBeLessThanOrEqual: (actual, expected) => verdict(actual <= expected, "to be at most " + inspect(expected)),
  toBeCloseTo: (actual, expected, digits = 2) => {
    const distance = actual < expected ? expected - actual : actual - expected;
    return verdict(distance < 10 ** -digits / 2, "to be close to " + inspect(expected));
  },
  toThrow: (actual, expected) => throwing(actual, expected),
};

/** Of an object, the members that are asked about. */
function part(actual, expected) {
  if (isArray(expected) || isArray(actual)) return actual;
  const found = create(null);
  const names = enumerableKeys(expected);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    if (!(name in actual)) continue;
    const isDeeper = isContainer(actual[name]) && isContainer(expected[name]);
    define(found, name, isDeeper ? part(actual[name], expected[name]) : actual[name]);
  }
  return found;
}

function contains(actual, expected) {
  if (typeof actual === "string") return typeof expected === "string" && indexOf(actual, expected) >= 0;
  if (!isArray(actual)) return false;
  for (let index = 0; index < actual.length; index += 1) if (isSame(actual[index], expected)) return true;
  return false;
}

const isLong = (actual, expected) =>
  (typeof actual === "string" || isObject(actual)) && actual.length === expected;

function matches(actual, expected) {
  if (typeof actual !== "string") return false;
  return typeof expected === "string" ? indexOf(actual, expected) >= 0 : regexTest(expected, actual);
}

function throwing(actual, expected) {
  if (typeof actual !== "function") throw new SafeTypeError("toThrow needs a function");
  try {
    apply(actual, undefined, list());
  } catch (error) {
    const text = messageOf(error);
    if (expected === undefined) return verdict(true, "to throw");
    return verdict(
      matches(text, expected),
      "to throw " + inspect(expected) + "; it threw " + inspect(text),
    );
  }
  return verdict(false, expected === undefined ? "to throw" : "to throw " + inspect(expected));
}

/** An error's message, or `errMsg` of what the platform gives. */
function messageOf(error) {
  if (!isObject(error)) return "" + error;
  return native.isError(error) ? "" + error.message : "" + (error.errMsg ?? inspect(error));
}
