// `wx.request`: from its options to a payload for the host.

import { binaryText } from "minigate:binary";
import { abort, listen, startCall, unlisten } from "minigate:calls";
import { describe } from "minigate:errors";
import { readHeader } from "minigate:header";
import { Failure, optional, optionsWithoutEffect, parameterError, required, typeName } from "minigate:options";
import {
  bytesOf,
  encode,
  enumerableKeys,
  indexOf,
  isBuffer,
  isView,
  SafeTypeError,
  slice,
  stringify,
  toText,
  toUpperCase,
  toWellFormed,
} from "minigate:primordials";

const METHODS = {
  __proto__: null,
  OPTIONS: 1,
  GET: 1,
  HEAD: 1,
  POST: 1,
  PUT: 1,
  DELETE: 1,
  TRACE: 1,
  CONNECT: 1,
};
/** Options of the platform that choose a network stack which isn't here. */
const WITHOUT_EFFECT = {
  __proto__: null,
  length: 4,
  0: "enableQuic",
  1: "enableCache",
  2: "enableHttpDNS",
  3: "forceCellularNetwork",
};
const BODILESS = { __proto__: null, GET: 1, HEAD: 1 };
const DEFAULT_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
/** The number of "invalid request data". */
const INVALID_DATA = 600010;

/** `wx.request`, which always gives a task and never a Promise. */
export const createRequestApi = () => ({ request });

const kind = {
  __proto__: null,
  name: "request",
  read: readOptions,
  events: { __proto__: null, headers: (head) => head, chunk: (data) => ({ data }) },
  succeeded: ({ statusCode, header, cookies }, data) => ({ data, statusCode, header, cookies }),
};

function request(options) {
  const call = startCall(kind, options);
  return {
    abort: () => abort(call),
    onHeadersReceived: (listener) => listen(call, "headers", listener),
    offHeadersReceived: (listener) => unlisten(call, "headers", listener),
    onChunkReceived: (listener) => listen(call, "chunk", listener),
    offChunkReceived: (listener) => unlisten(call, "chunk", listener),
  };
}

function readOptions(options) {
  const url = required(options, "url", "String");
  const method = readMethod(options);
  const header = readHeader(options.header, DEFAULT_TYPE);
  const payload = {
    __proto__: null,
    interface: kind.name,
    url,
    method,
    header: header.text,
    body: "",
    isBinary: false,
    timeout: optional(options, "timeout", "Number", undefined),
    wantsJson: optional(options, "dataType", "String", "json") === "json",
    wantsBytes: optional(options, "responseType", "String", "text") === "arraybuffer",
    isChunked: options.enableChunked === true,
    isManual: options.redirect === "manual",
    wantsHttp2: options.enableHttp2 === true,
    wantsProfile: options.enableProfile !== false,
    ignored: optionsWithoutEffect(options, WITHOUT_EFFECT),
  };
  addData(payload, options.data, header.type);
  payload.url = toWellFormed(payload.url);
  payload.body = toWellFormed(payload.body);
  return payload;
}

function readMethod(options) {
  const method = toUpperCase(optional(options, "method", "String", "GET"));
  if (METHODS[method] === 1) return method;
  throw parameterError(
    "parameter.method should be one of OPTIONS, GET, HEAD, POST, PUT, DELETE, TRACE, CONNECT instead of " +
      stringify(method) +
      ";",
  );
}

/** Appends or encodes the data, as the method and the content type say. */
function addData(payload, data, type) {
  if (data === undefined || data === null) return;
  try {
    if (BODILESS[payload.method] === 1) payload.url = withQuery(payload.url, queryText(data));
    else addBody(payload, data, type);
  } catch (error) {
    throw new Failure("invalid request data", INVALID_DATA, describe(error));
  }
}

function addBody(payload, data, type) {
  if (typeof data === "string") payload.body = data;
  else if (isBuffer(data) || isView(data)) {
    payload.body = binaryText(bytesOf(data));
    payload.isBinary = true;
  } else payload.body = type === FORM_TYPE && typeof data === "object" ? pairs(data) : jsonText(data);
}

function jsonText(data) {
  const text = stringify(data);
  if (text === undefined) throw new SafeTypeError("JSON has no " + typeName(data));
  return text;
}

/** Bytes can't be part of a URL. */
function queryText(data) {
  if (isBuffer(data) || isView(data)) return "";
  return typeof data === "object" ? pairs(data) : toText(data);
}

function pairs(data) {
  const names = enumerableKeys(data);
  let text = "";
  for (let index = 0; index < names.length; index += 1) {
    const value = data[names[index]];
    if (value !== undefined) text += (text && "&") + encode(names[index]) + "=" + encode(toText(value));
  }
  return text;
}

function withQuery(url, query) {
  if (query === "") return url;
  const hash = indexOf(url, "#");
  const base = hash < 0 ? url : slice(url, 0, hash);
  const fragment = hash < 0 ? "" : slice(url, hash);
  const last = base[base.length - 1];
  const joint = indexOf(base, "?") < 0 ? "?" : last === "?" || last === "&" ? "" : "&";
  return base + joint + query + fragment;
}
