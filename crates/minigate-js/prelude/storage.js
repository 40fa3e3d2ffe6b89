// The app's key-value store. Values are kept as JSON text by the host.

import { createApi, createSync } from "minigate:callbacks";
import { native } from "minigate:native";
import { Failure, required, parameterError } from "minigate:options";
import { parseJson, stringify } from "minigate:primordials";

function store(key, data) {
  if (typeof key !== "string" || key === "") throw parameterError("parameter.key should be String;");
  // The member tells a stored `undefined` from a missing key.
  const problem = native.storageSet(key, stringify({ __proto__: null, data }));
  if (problem !== undefined) throw new Failure(problem);
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
  removeStorage: createApi("removeStorage", (options) => {
    native.storageRemove(required(options, "key", "String"));
    return () => ({});
  }),
  removeStorageSync: createSync("removeStorageSync", (key) => {
    if (typeof key === "string") native.storageRemove(key);
  }),
  clearStorage: createApi("clearStorage", () => {
    native.storageClear();
    return () => ({});
  }),
  clearStorageSync: createSync("clearStorageSync", () => native.storageClear()),
  getStorageInfo: createApi("getStorageInfo", () => () => parseJson(native.storageInfo())),
  getStorageInfoSync: createSync("getStorageInfoSync", () => parseJson(native.storageInfo())),
};
