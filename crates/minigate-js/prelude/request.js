// `wx.request`: options to a payload for the host, the host's events to callbacks.

import { failureValue, readCallbacks, settleCallbacks } from "minigate:callbacks";
import { describe } from "minigate:errors";
import { createEvent } from "minigate:lifecycle";
import { native } from "minigate:native";
import {
  Failure,
  optional,
  parameterError,
  required,
  requireOptions,
  toFailure,
  typeName,
} from "minigate:options";
import {
  apply,
  bytesOf,
  define,
  encode,
  enumerableKeys,
  fromCharCode,
  indexOf,
  isBuffer,
  isView,
  charCodeAt,
  mapDelete,
  mapGet,
  mapSet,
  SafeBytes,
  SafeError,
  SafeMap,
  SafeTypeError,
  slice,
  stringify,
  toLowerCase,
  toText,
  toUpperCase,
  toWellFormed,
  trim,
} from "minigate:primordials";
import { errorStack } from "minigate:stack";
import { soon } from "minigate:timers";

const NAME = "request";
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
const WITHOUT_EFFECT = [
  "enableQuic",
  "enableCache",
  "enableHttpDNS",
  "forceCellularNetwork",
];
const BODILESS = { __proto__: null, GET: 1, HEAD: 1 };
const DEFAULT_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
/** The number of "invalid request data". */
const INVALID_DATA = 600010;
const CHUNK = 8192;

/** Calls that have not settled, by the host's number. */
const calls = new SafeMap();

/** `wx.request`, which always gives a task and never a Promise. */
export const createRequestApi = () => ({ request });

function request(options) {
  const call = {
    __proto__: null,
    callbacks: readCallbacks(options),
    // Made when the app first listens, which most calls never do.
    headers: undefined,
    chunks: undefined,
    id: undefined,
    isOver: false,
  };
  try {
    requireOptions(options);
    const started = native.start(readOptions(options));
    if (typeof started !== "number") throw new Failure(started.text, started.errno);
    call.id = started;
    mapSet(calls, started, call);
  } catch (error) {
    const failure = toFailure(error);
    const value = failureValue(NAME, failure);
    native.unsent(NAME, value.errMsg, errorStack(new SafeError()), failure.cause, failure.errno);
    soon(() => settle(call, { isFailure: true, value }));
  }
  return createTask(call);
}

function createTask(call) {
  return {
    abort() {
      if (call.isOver || call.id === undefined) return;
      call.isOver = true;
      native.abort(call.id);
    },
    onHeadersReceived(listener) {
      call.headers ??= createEvent();
      call.headers.on(listener);
      if (call.id !== undefined) native.wantHeaders(call.id);
    },
    offHeadersReceived: (listener) => call.headers?.off(listener),
    onChunkReceived: (listener) => (call.chunks ??= createEvent()).on(listener),
    offChunkReceived: (listener) => call.chunks?.off(listener),
  };
}

/** An event of a call: `headers`, `chunk`, or the last one, `settled`. */
export function onCallEvent(event, id, payload, extra) {
  const call = mapGet(calls, id);
  if (call === undefined) return;
  if (event === "settled") {
    mapDelete(calls, id);
    settle(call, payload.isFailure ? failed(payload) : succeeded(payload, extra));
  } else if (!call.isOver) {
    if (event === "headers") call.headers?.emit(payload);
    else call.chunks?.emit({ data: payload });
  }
}

function settle(call, result) {
  call.isOver = true;
  settleCallbacks(call.callbacks, result);
}

function failed({ errMsg, errno }) {
  const value = { errMsg };
  if (errno !== undefined) define(value, "errno", errno);
  return { isFailure: true, value };
}

function succeeded({ statusCode, header, cookies, profile }, data) {
  const value = { data, statusCode, header, cookies };
  if (profile !== undefined) define(value, "profile", profile);
  define(value, "errMsg", NAME + ":ok");
  return { isFailure: false, value };
}

function readOptions(options) {
  const url = required(options, "url", "String");
  const method = readMethod(options);
  const header = readHeader(options.header);
  const payload = {
    __proto__: null,
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
    ignored: optionsWithoutEffect(options),
  };
  addData(payload, options.data, header.type);
  payload.url = toWellFormed(payload.url);
  payload.header = toWellFormed(payload.header);
  payload.body = toWellFormed(payload.body);
  return payload;
}

/** Those that the app asks for, a line each. */
function optionsWithoutEffect(options) {
  let names = "";
  for (let index = 0; index < WITHOUT_EFFECT.length; index += 1) {
    const name = WITHOUT_EFFECT[index];
    if (options[name] === true) names += name + "\n";
  }
  return names;
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

/**
 * Names and values, a line each: names are compared without case, so the last spelling of one wins, and a line break
 * in either is refused before it can become a field of its own.
 */
function readHeader(header) {
  if (header === undefined || header === null)
    return { text: "content-type\n" + DEFAULT_TYPE + "\n", type: DEFAULT_TYPE };
  if (typeName(header) !== "Object") {
    throw parameterError("parameter.header should be Object instead of " + typeName(header) + ";");
  }
  const fields = new SafeMap();
  const names = enumerableKeys(header);
  for (let index = 0; index < names.length; index += 1) addField(fields, names[index], header[names[index]]);
  if (mapGet(fields, "content-type") === undefined) addField(fields, "content-type", DEFAULT_TYPE);
  const type = mediaType(mapGet(fields, "content-type").text);
  let text = "";
  for (let index = 0; index < names.length; index += 1) text += takeField(fields, toLowerCase(names[index]));
  return { text: text + takeField(fields, "content-type"), type };
}

function mediaType(text) {
  const end = indexOf(text, ";");
  return toLowerCase(trim(end < 0 ? text : slice(text, 0, end)));
}

function addField(fields, name, value) {
  if (value === undefined || value === null) return;
  if (!isToken(name)) throw parameterError("parameter.header has an invalid name " + stringify(name) + ";");
  const text = trim(toText(value));
  if (!isFieldValue(text)) throw parameterError("parameter.header." + name + " has an invalid value;");
  mapSet(fields, toLowerCase(name), { __proto__: null, name, text });
}

function takeField(fields, key) {
  const field = mapGet(fields, key);
  if (field === undefined) return "";
  mapDelete(fields, key);
  return field.name + "\n" + field.text + "\n";
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

/** Bytes as a text of as many characters, which is how they cross to the host. */
function binaryText(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const rest = bytes.length - at;
    const part = new SafeBytes(bytes.buffer, bytes.byteOffset + at, rest < CHUNK ? rest : CHUNK);
    text += apply(fromCharCode, undefined, part);
  }
  return text;
}

function isToken(name) {
  for (let index = 0; index < name.length; index += 1) {
    if (!isTokenCode(charCodeAt(name, index))) return false;
  }
  return name.length > 0;
}

// RFC 9110, section 5.6.2.
function isTokenCode(code) {
  if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 94 && code <= 122)) return true;
  return (
    code === 124 ||
    code === 126 ||
    code === 33 ||
    (code >= 35 && code <= 39) ||
    code === 42 ||
    code === 43 ||
    code === 45 ||
    code === 46
  );
}

function isFieldValue(text) {
  for (let index = 0; index < text.length; index += 1) {
    const code = charCodeAt(text, index);
    if ((code < 32 && code !== 9) || code === 127) return false;
  }
  return true;
}
