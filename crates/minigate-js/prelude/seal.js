// Takes away what makes code of text: the platform has no `eval` and no `new Function`.

import {
  define,
  functionFile,
  functionText,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  SafeError,
  SafeEvalError,
  startsWith,
} from "minigate:primordials";

const realm = globalThis;

/** Closes `eval`, `Function` and its three siblings, and what would show the prelude's own functions. */
export function seal() {
  const refuse = (name) =>
    function () {
      throw new SafeEvalError(name + " is not available: code can't be made from text");
    };
  define(globalThis, "eval", refuse("eval"), false);
  closeConstructor(
    getPrototypeOf(async function () {}),
    refuse("AsyncFunction"),
  );
  closeConstructor(
    getPrototypeOf(function* () {}),
    refuse("GeneratorFunction"),
  );
  closeConstructor(
    getPrototypeOf(async function* () {}),
    refuse("AsyncGeneratorFunction"),
  );
  closeFunction(refuseOrGlobal(refuse("Function")));
  hideSource();
  // Its call sites hand out the functions on the stack, the prelude's among them.
  delete SafeError.prepareStackTrace;
}

// Half of all bundles look for the global object in this way, so the platform understands these very words.
const refuseOrGlobal = (refusal) =>
  function (source) {
    if (source === "return this" && arguments.length === 1) return () => realm;
    return refusal();
  };

// A library that asks whether a function is the platform's own looks for these words.
function hideSource() {
  const { toString } = {
    toString() {
      const text = functionText(this);
      if (!isPrelude(this)) return text;
      const name = getOwnPropertyDescriptor(this, "name");
      const isNamed = name !== undefined && typeof name.value === "string";
      return "function " + (isNamed ? name.value : "") + "() {\n    [native code]\n}";
    },
  };
  define(Function.prototype, "toString", toString, false);
}

function isPrelude(value) {
  const file = functionFile(value);
  return typeof file === "string" && startsWith(file, "minigate:");
}

function closeConstructor(prototype, refusal) {
  define(prototype, "constructor", refusal, false);
}

/** `Function` stays as a value, so that `x instanceof Function` and `Function.prototype` keep their meaning. */
function closeFunction(refusal) {
  const prototype = Function.prototype;
  Object.defineProperty(refusal, "prototype", { value: prototype, writable: false });
  Object.defineProperty(refusal, "name", { value: "Function" });
  define(prototype, "constructor", refusal, false);
  define(globalThis, "Function", refusal, false);
}
