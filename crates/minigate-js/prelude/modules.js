// `require`: CommonJS and converted ES modules, mixed.

import { describe, invoke } from "minigate:errors";
import { facts } from "minigate:facts";
import { native } from "minigate:native";
import {
  apply,
  defineGetter,
  define,
  enumerableKeys,
  freeze,
  hasOwn,
  isObject,
  list,
  mapDelete,
  mapGet,
  mapSet,
  push,
  SafeError,
  SafeMap,
  SafePromise,
  SafeTypeError,
  SafeWeakMap,
  toWellFormed,
  weakGet,
  weakSet,
} from "minigate:primordials";
import { soon } from "minigate:timers";

/** Modules by path. A module that runs is in it with what it has exported so far; one that threw is not. */
const modules = new SafeMap();
const namespaces = new SafeWeakMap();

/** What a test file gets under this name, and no other module; `test.js` is the one that knows it. */
export const testing = { __proto__: null, module: undefined };
const TEST_MODULE = "minigate:test";

/** The paths of the modules that run, outermost first. */
export const running = list();

/** Runs a module, unless it has run already; gives what it exports. */
export function load(path) {
  const known = mapGet(modules, path);
  if (known !== undefined) return known.exports;
  const unit = native.compile(path);
  const module = { id: path, exports: {} };
  if ("json" in unit) module.exports = unit.json;
  mapSet(modules, path, module);
  if ("make" in unit) run(path, unit, module);
  return module.exports;
}

function run(path, unit, module) {
  const { exports } = module;
  const require = requireFrom(path);
  const args = list();
  push(args, require);
  push(args, module);
  push(args, exports);
  push(running, path);
  try {
    const later = (specifier) => load(native.locate(path, toWellFormed(specifier), true));
    const body = unit.make(helpers(require, later, exports));
    apply(body, unit.isModule ? undefined : exports, args);
  } catch (error) {
    mapDelete(modules, path);
    throw error;
  } finally {
    running.length -= 1;
  }
}

function requireFrom(path) {
  const find = (specifier, isLater) => {
    if (typeof specifier !== "string")
      throw new SafeTypeError("require needs the path of a module as a string");
    if (specifier === TEST_MODULE && path === facts().testFile) return testing.module;
    return load(native.locate(path, specifier, isLater));
  };
  const require = (specifier, success, fail) =>
    typeof success === "function" || typeof fail === "function"
      ? soon(() => answer(specifier, () => find(specifier, true), success, fail))
      : find(specifier, false);
  const later = (specifier) =>
    new SafePromise((resolve) => {
      resolve(find(specifier, true));
    });
  define(require, "async", later);
  return require;
}

/** `require(path, success, fail)`: one of the two hears of a module of another sub-package. */
function answer(specifier, find, success, fail) {
  const args = list();
  let callback = success;
  try {
    push(args, find());
  } catch (error) {
    callback = fail;
    push(args, { mod: specifier, errMsg: describe(error) });
  }
  if (typeof callback === "function") invoke(callback, undefined, args);
}

/** `requirePlugin(name)`: the module that stands for the plugin, as its code is the platform's. */
export function requirePlugin(name) {
  const plugin = typeof name === "string" ? toWellFormed(name) : "";
  const file = native.pluginFile(plugin);
  if (file !== undefined) return load(file);
  throw new SafeError(native.plugin(plugin));
}

/** What a converted ES module calls for its imports and exports; it means what Babel's helpers mean. */
function helpers(require, later, exports) {
  const define = (pairs) => {
    defineMarker(exports);
    for (let index = 0; index + 1 < pairs.length; index += 2)
      defineGetter(exports, pairs[index], pairs[index + 1]);
  };
  const load = (specifier) =>
    new SafePromise((resolve) => {
      resolve(namespace(later("" + specifier)));
    });
  const reexport = (from) => reexportAll(exports, from);
  return freeze({ __proto__: null, define, load, namespace, reexport, require, standard });
}

function defineMarker(exports) {
  define(exports, "__esModule", true, false);
}

/** A module with its standard export under `default`: a CommonJS module is its own. */
function standard(exports) {
  return isConverted(exports) ? exports : { default: exports };
}

/** A module as one object: `import * as`. */
function namespace(exports) {
  if (isConverted(exports)) return exports;
  const known = isObject(exports) ? weakGet(namespaces, exports) : undefined;
  if (known !== undefined) return known;
  const view = {};
  define(view, "default", exports);
  if (isObject(exports)) {
    copyGetters(view, exports);
    weakSet(namespaces, exports, view);
  }
  return view;
}

function reexportAll(exports, from) {
  if (isObject(from)) copyGetters(exports, from);
}

function copyGetters(target, source) {
  const names = enumerableKeys(source);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    if (name === "default" || name === "__esModule" || hasOwn(target, name)) continue;
    defineGetter(target, name, () => source[name]);
  }
}

const isConverted = (exports) => isObject(exports) && exports.__esModule === true;
