// The built-ins that the prelude uses, captured before the app's first line.
//
// The prelude shares its realm with hostile code, so after loading it calls nothing by a name that an app can
// reassign: no method of a prototype, no iteration protocol (`for…of`, spread, array destructuring), no assignment
// to an index of an array (a setter on `Array.prototype` would see it), and no template literal (this engine makes it
// a call of `String.prototype.concat`). Lists are objects without prototype.

const { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;

/** Turns a method into a function of its receiver. */
export const uncurry =
  (method) =>
  (receiver, ...rest) =>
    apply(method, receiver, rest);

const getterOf = (prototype, name) => uncurry(getOwnPropertyDescriptor(prototype, name).get);

export { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys };
export const { create, freeze, keys: enumerableKeys } = Object;
export const { isArray } = Array;
export const { isView } = ArrayBuffer;
export const { floor } = Math;
export const { stringify, parse: parseJson } = JSON;
export const encode = encodeURIComponent;
export const toText = String;
export const toNumber = Number;
export const toBoolean = Boolean;
export const SafeArray = Array;
export const SafeDate = Date;
export const SafeObject = Object;
export const SafeError = Error;
export const SafeTypeError = TypeError;
export const SafeEvalError = EvalError;
export const SafePromise = Promise;
export const SafeRegExp = RegExp;
export const promiseThen = uncurry(Promise.prototype.then);
const resolve = Promise.resolve;
/** A promise of the engine's own for whatever may be one. */
export const resolvePromise = (value) => apply(resolve, SafePromise, oneOf(value));
const oneOf = (value) => ({ __proto__: null, 0: value, length: 1 });
export const SafeMap = Map;
export const SafeWeakMap = WeakMap;
export const SafeBytes = Uint8Array;
const arrayOf = Array.of;
export const fromCharCode = String.fromCharCode;

export const objectPrototype = Object.prototype;
export const arrayPrototype = Array.prototype;
export const regexPrototype = RegExp.prototype;
export const errorPrototype = Error.prototype;

export const bind = uncurry(Function.prototype.bind);
export const functionText = uncurry(Function.prototype.toString);
export const functionFile = getterOf(Function.prototype, "fileName");
export const hasOwn = uncurry(Object.prototype.hasOwnProperty);
export const slice = uncurry(String.prototype.slice);
export const indexOf = uncurry(String.prototype.indexOf);
export const lastIndexOf = uncurry(String.prototype.lastIndexOf);
export const startsWith = uncurry(String.prototype.startsWith);
export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const toUpperCase = uncurry(String.prototype.toUpperCase);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const toWellFormed = uncurry(String.prototype.toWellFormed);
export const trim = uncurry(String.prototype.trim);
export const repeat = uncurry(String.prototype.repeat);
export const bigintText = uncurry(BigInt.prototype.toString);
export const symbolText = uncurry(Symbol.prototype.toString);
export const isoText = uncurry(Date.prototype.toISOString);
export const dateText = uncurry(Date.prototype.toString);
export const dateValue = uncurry(Date.prototype.getTime);
export const mapGet = uncurry(Map.prototype.get);
export const mapSet = uncurry(Map.prototype.set);
export const mapDelete = uncurry(Map.prototype.delete);
export const mapEach = uncurry(Map.prototype.forEach);
export const mapSize = getterOf(Map.prototype, "size");
export const setEach = uncurry(Set.prototype.forEach);
export const setSize = getterOf(Set.prototype, "size");
export const weakGet = uncurry(WeakMap.prototype.get);
export const weakSet = uncurry(WeakMap.prototype.set);
export const regexText = getterOf(RegExp.prototype, "source");
export const bufferSize = getterOf(ArrayBuffer.prototype, "byteLength");
export const regexTest = uncurry(RegExp.prototype.test);
export const thenOf = uncurry(Promise.prototype.then);
export const rawStack = getterOf(Error.prototype, "stack");
const typedArray = getPrototypeOf(Uint8Array.prototype);
export const viewName = getterOf(typedArray, Symbol.toStringTag);
export const copyBytes = uncurry(typedArray.set);
export const viewLength = getterOf(typedArray, "length");
export const viewBuffer = getterOf(typedArray, "buffer");
export const viewOffset = getterOf(typedArray, "byteOffset");
const viewSize = getterOf(typedArray, "byteLength");
const dataBuffer = getterOf(DataView.prototype, "buffer");
const dataOffset = getterOf(DataView.prototype, "byteOffset");
const dataSize = getterOf(DataView.prototype, "byteLength");

/** A list that no patched prototype can watch; it has a length, so `apply` takes it as arguments. */
export const list = () => ({ __proto__: null, length: 0 });

/** Appends to a list. */
export function push(items, item) {
  items[items.length] = item;
  items.length += 1;
}

/** A list as a real array, for the app. */
export const toArray = (items) => apply(arrayOf, SafeArray, items);

/** Gives an object a property of its own, whatever its prototypes have under that name. */
export function define(target, name, value, visible = true) {
  defineProperty(target, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: visible,
    configurable: true,
  });
}

/** Gives an object a getter of its own. */
export function defineGetter(target, name, get) {
  defineProperty(target, name, { __proto__: null, get, enumerable: true, configurable: true });
}

/** Whether a value is an ArrayBuffer, of this realm's own making or not. */
export function isBuffer(value) {
  try {
    bufferSize(value);
    return true;
  } catch {
    return false;
  }
}

/** The bytes of an ArrayBuffer or a view of one. */
export function bytesOf(value) {
  if (!isView(value)) return new SafeBytes(value);
  if (viewName(value) === undefined)
    return new SafeBytes(dataBuffer(value), dataOffset(value), dataSize(value));
  return new SafeBytes(viewBuffer(value), viewOffset(value), viewSize(value));
}

/** Whether a value can have properties. */
export const isObject = (value) =>
  (typeof value === "object" && value !== null) || typeof value === "function";
