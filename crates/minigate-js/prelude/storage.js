// The app's key-value store. Values are kept as JSON text by the host.

import { createApi, createSync } from "minigate:callbacks";
import { native } from "minigate:native";
import { Failure, parameterError, required, requireOptions } from "minigate:options";
import { isArray, list, parseJson, push, stringify, toArray } from "minigate:primordials";

function store(key, data) {
  if (typeof key !== "string" || key === "") throw parameterError("parameter.key should be String;");
  // The member tells a stored `undefined` from a missing key.
  succeed(native.storageSet(key, stringify({ __proto__: null, data })));
}

function succeed(problem) {
  if (problem !== undefined) throw new Failure(problem);
}

function storeAll(pairs) {
  if (!isArray(pairs)) throw parameterError("parameter.kvList should be Array;");
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index];
    requireOptions(pair);
    store(pair.key, pair.value);
  }
}

/** What is under each key; nothing is an empty text. */
function storedAll(keys) {
  if (!isArray(keys)) throw parameterError("parameter.keyList should be Array;");
  const values = list();
  for (let index = 0; index < keys.length; index += 1) {
    const found = stored(keys[index]);
    push(values, found === undefined ? "" : found.data);
  }
  return toArray(values);
}

function stored(key) {
  const text = typeof key === "string" ? native.storageGet(key) : undefined;
  return text === undefined ? undefined : parseJson(text);
}

/** `wx.setStorage`, `wx.getStorageSync` and the rest of the family. */
export const storageApi = {
  setStorage: createApi("setStorage", (options) => {
    store(options.key, options.data);
    return () => ({});
  }),
  setStorageSync: createSync("setStorageSync", (key, data) => store(key, data)),
  getStorage: createApi("getStorage", (options) => {
    const found = stored(required(options, "key", "String"));
    return () => {
      if (found === undefined) throw new Failure("data not found");
      return { data: found.data };
    };
  }),
  getStorageSync: createSync("getStorageSync", (key) => {
    const found = stored(key);
    return found === undefined ? "" : found.data;
  }),
  batchSetStorage: createApi("batchSetStorage", (options) => {
    storeAll(options.kvList);
    return () => ({});
  }),
  batchSetStorageSync: createSync("batchSetStorageSync", (pairs) => storeAll(pairs)),
  batchGetStorage: createApi("batchGetStorage", (options) => {
    const dataList = storedAll(options.keyList);
    return () => ({ dataList });
  }),
  batchGetStorageSync: createSync("batchGetStorageSync", (keys) => storedAll(keys)),
  removeStorage: createApi("removeStorage", (options) => {
    succeed(native.storageRemove(required(options, "key", "String")));
    return () => ({});
  }),
  removeStorageSync: createSync("removeStorageSync", (key) => {
    if (typeof key === "string") succeed(native.storageRemove(key));
  }),
  clearStorage: createApi("clearStorage", () => {
    succeed(native.storageClear());
    return () => ({});
  }),
  clearStorageSync: createSync("clearStorageSync", () => succeed(native.storageClear())),
  getStorageInfo: createApi("getStorageInfo", () => () => parseJson(native.storageInfo())),
  getStorageInfoSync: createSync("getStorageInfoSync", () => parseJson(native.storageInfo())),
};
