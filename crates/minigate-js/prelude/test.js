// `minigate:test`: the tests that a test file defines, and how one of them runs.

import { tell } from "minigate:asking";
import { createBench } from "minigate:bench";
import { describe } from "minigate:errors";
import { differenceOf, expect } from "minigate:expect";
import { takeFaults, watchFaults } from "minigate:faults";
import { load, testing } from "minigate:modules";
import { native } from "minigate:native";
import { define, isObject, list, push, SafeTypeError, toArray } from "minigate:primordials";
import { errorStack } from "minigate:stack";

const tests = list();
const before = list();
const after = list();

/** What `require("minigate:test")` gives. */
const testModule = { test: createTest(), beforeEach, afterEach, expect };

function createTest() {
  const test = (name, options, work) => add("run", name, options, work);
  define(test, "only", (name, options, work) => add("only", name, options, work));
  define(test, "skip", (name, options, work) => add("skip", name, options, work));
  define(test, "todo", (name) => add("todo", name, {}, () => {}));
  return test;
}

function add(mode, name, options, work = options) {
  if (typeof name !== "string" || name === "") throw new SafeTypeError("a test needs a name");
  if (typeof work !== "function") throw new SafeTypeError("a test needs a function, or test.todo");
  const timeout = isObject(options) && typeof options !== "function" ? options.timeout : undefined;
  push(tests, { __proto__: null, mode, name, timeout, work });
}

/** `beforeEach(work)`: before each test of the file, in order. */
function beforeEach(work) {
  push(before, callable(work));
}

/** `afterEach(work)`: after each test of the file, whatever became of it. */
function afterEach(work) {
  push(after, callable(work));
}

function callable(work) {
  if (typeof work === "function") return work;
  throw new SafeTypeError("what comes before or after each test is a function");
}

/** Runs a test file and says which tests it defines. */
export function loadTests(path) {
  watchFaults();
  testing.module = testModule;
  try {
    load(path);
  } catch (error) {
    return tell("broken", failureOf(error));
  }
  const found = list();
  for (let index = 0; index < tests.length; index += 1) {
    const { mode, name, timeout } = tests[index];
    push(found, { mode, name, timeout });
  }
  return tell("defined", toArray(found));
}

/** Runs one test and says what became of it. */
export async function runTest(index) {
  const bench = createBench();
  let failure = await perform(before, bench);
  failure ??= await attempt(tests[index].work, bench);
  const late = await perform(after, bench);
  failure ??= late ?? uncaught();
  tell("ended", failure === undefined ? {} : { failure });
}

async function perform(works, bench) {
  for (let index = 0; index < works.length; index += 1) {
    const failure = await attempt(works[index], bench);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function attempt(work, bench) {
  try {
    await work(bench);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error) {
  const isError = native.isError(error);
  const failure = { message: describe(error), stack: isError ? (errorStack(error) ?? "") : "" };
  const difference = differenceOf(error);
  return difference === undefined ? failure : { ...failure, ...difference };
}

/** What the app threw and the test didn't ask for is a failure, too. */
function uncaught() {
  const faults = takeFaults();
  if (faults.length === 0) return undefined;
  const { message, stack } = faults[0];
  return { message: "the app threw, and nobody caught it: " + message, stack };
}
