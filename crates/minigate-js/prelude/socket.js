// `wx.connectSocket` and its tasks.

import { binaryText } from "minigate:binary";
import { failureValue, readCallbacks, settleCallbacks } from "minigate:callbacks";
import { isToken, readHeader } from "minigate:header";
import { createEvent } from "minigate:lifecycle";
import { native } from "minigate:native";
import {
  Failure,
  optional,
  optionsWithoutEffect,
  parameterError,
  required,
  requireOptions,
  toFailure,
  typeName,
} from "minigate:options";
import {
  bytesOf,
  define,
  defineGetter,
  isBuffer,
  isObject,
  isView,
  list,
  mapDelete,
  mapEach,
  mapGet,
  mapSet,
  push,
  SafeError,
  SafeMap,
  SafePromise,
  stringify,
  toWellFormed,
} from "minigate:primordials";
import { errorStack } from "minigate:stack";
import { soon } from "minigate:timers";

const NAME = "connectSocket";
/** What `readyState` says. */
export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;
/** Options of the platform that choose a network which isn't here. */
const WITHOUT_EFFECT = { __proto__: null, length: 1, 0: "forceCellularNetwork" };
const MOST_PROTOCOLS = 100;

/** Sockets that have not closed, by the host's number, in the order of their creation. */
const sockets = new SafeMap();

/** Who hears of each new socket: the functions without a task. */
export const created = { __proto__: null, listener: undefined };

/** `wx.connectSocket`, which always gives a task and never a Promise. */
export function connectSocket(options) {
  const socket = {
    __proto__: null,
    id: undefined,
    state: CONNECTING,
    callbacks: readCallbacks(options),
    // Those of `send` that wait until their message is out.
    sends: list(),
    settled: 0,
    open: createEvent(),
    message: createEvent(),
    error: createEvent(),
    close: createEvent(),
  };
  try {
    requireOptions(options);
    const started = native.connect(readOptions(options));
    if (typeof started !== "number") throw new Failure(started.text, started.errno);
    socket.id = started;
    mapSet(sockets, started, socket);
  } catch (error) {
    fail(socket, toFailure(error));
  }
  created.listener(socket);
  return createTask(socket);
}

/** The earliest that has not closed. */
export function earliestSocket() {
  let earliest;
  mapEach(sockets, (socket) => {
    earliest ??= socket;
  });
  return earliest;
}

/** An event of the host; each comes in a turn of its own, so none is missed by listeners that were added at once. */
export function onSocketEvent(event, id, payload) {
  const socket = mapGet(sockets, id);
  if (socket === undefined) return;
  switch (event) {
    case "socketAccepted":
      return settleCallbacks(socket.callbacks, { isFailure: false, value: { errMsg: NAME + ":ok" } });
    case "socketOpened":
      if (socket.state === CONNECTING) socket.state = OPEN;
      return socket.open.emit(payload);
    case "socketMessage":
      // Who closes doesn't want to hear more.
      return socket.state === OPEN ? socket.message.emit({ data: payload }) : undefined;
    case "socketSent":
      return settleSends(socket, payload);
    default:
      mapDelete(sockets, id);
      return end(socket, payload);
  }
}

/**
 * `send` of a task, and `wx.sendSocketMessage`. Success comes when the message is out, so that who waits for it keeps
 * pace with the network.
 */
export function sendMessage(name, socket, options, settle) {
  try {
    requireOptions(options);
    const { text, isBinary } = readData(options.data);
    const failure = native.sendMessage(name, numberOf(socket), text, isBinary);
    if (failure !== undefined) return soon(() => settle({ isFailure: true, value: failure }));
    push(socket.sends, { __proto__: null, name, settle });
  } catch (error) {
    const value = failureValue(name, toFailure(error));
    soon(() => settle({ isFailure: true, value }));
  }
}

/** `close` of a task, and `wx.closeSocket`. */
export function closeSocket(name, socket, options, settle) {
  let value;
  try {
    if (options !== undefined && options !== null) requireOptions(options);
    const given = isObject(options) ? options : {};
    const code = optional(given, "code", "Number", 1000);
    const reason = toWellFormed(optional(given, "reason", "String", ""));
    value = native.closeSocket(name, closable(socket), code, reason);
    if (value === undefined) socket.state = CLOSING;
  } catch (error) {
    value = failureValue(name, toFailure(error));
  }
  const isFailure = value !== undefined;
  soon(() => settle({ isFailure, value: isFailure ? value : { errMsg: name + ":ok" } }));
}

function createTask(socket) {
  const task = {
    send: (options) => sendMessage("SocketTask.send", socket, options, settler(options)),
    close: (options) => closeSocket("SocketTask.close", socket, options, settler(options)),
    onOpen: (listener) => socket.open.on(listener),
    onMessage: (listener) => socket.message.on(listener),
    onError: (listener) => socket.error.on(listener),
    onClose: (listener) => socket.close.on(listener),
    CONNECTING,
    OPEN,
    CLOSING,
    CLOSED,
  };
  defineGetter(task, "readyState", () => socket.state);
  return task;
}

function settler(options) {
  const callbacks = readCallbacks(options);
  return (result) => settleCallbacks(callbacks, result);
}

/** A function of the convention where a Promise stands in for callbacks that aren't given. */
export function promising(work) {
  return function (options) {
    const callbacks = readCallbacks(options);
    if (callbacks.given) return work(options, (result) => settleCallbacks(callbacks, result));
    return new SafePromise((resolve, reject) => {
      work(options, ({ isFailure, value }) => (isFailure ? reject : resolve)(value));
    });
  };
}

/** The host's number of a socket that is open; 0 is none of them, and nothing says that there is no socket at all. */
function numberOf(socket) {
  if (socket === undefined) return undefined;
  return socket.state === OPEN ? socket.id : 0;
}

function closable(socket) {
  if (socket === undefined) return undefined;
  return socket.state === CLOSED ? 0 : socket.id;
}

/** The call failed before the host had it. */
function fail(socket, failure) {
  const value = failureValue(NAME, failure);
  native.unsent(NAME, value.errMsg, errorStack(new SafeError()), failure.cause, failure.errno);
  socket.state = CLOSED;
  soon(() => end(socket, { code: 1006, reason: "", isRefused: true, error: value }));
}

/** The last event: what waits is settled, then come the error, if there was one, and the close. */
function end(socket, { code, reason, isRefused, error }) {
  socket.state = CLOSED;
  if (isRefused) {
    const value = error ?? { errMsg: NAME + ":fail abort" };
    settleCallbacks(socket.callbacks, { isFailure: true, value });
  }
  failSends(socket);
  if (error !== undefined) socket.error.emit(error);
  socket.close.emit({ code, reason });
}

function settleSends(socket, count) {
  for (let index = 0; index < count; index += 1) {
    const send = takeSend(socket);
    if (send === undefined) return;
    send.settle({ isFailure: false, value: { errMsg: send.name + ":ok" } });
  }
}

function failSends(socket) {
  for (let send = takeSend(socket); send !== undefined; send = takeSend(socket)) {
    const failure = native.sendMessage(send.name, 0, "", false);
    send.settle({ isFailure: true, value: failure });
  }
}

function takeSend(socket) {
  const send = socket.sends[socket.settled];
  if (send === undefined) return undefined;
  delete socket.sends[socket.settled];
  socket.settled += 1;
  return send;
}

function readData(data) {
  if (typeof data === "string") return { __proto__: null, text: data, isBinary: false };
  if (isBuffer(data) || isView(data))
    return { __proto__: null, text: binaryText(bytesOf(data)), isBinary: true };
  throw parameterError("parameter.data should be String or ArrayBuffer instead of " + typeName(data) + ";");
}

function readOptions(options) {
  const payload = {
    __proto__: null,
    url: toWellFormed(required(options, "url", "String")),
    header: readHeader(options.header, undefined).text,
    protocols: readProtocols(optional(options, "protocols", "Array", undefined)),
    timeout: optional(options, "timeout", "Number", undefined),
    isUndelayed: options.tcpNoDelay === true,
    isDeflated: options.perMessageDeflate === true,
    ignored: optionsWithoutEffect(options, WITHOUT_EFFECT),
  };
  return payload;
}

/** A line each; they become one field, so they are names and nothing else (RFC 6455 §4.1). */
function readProtocols(protocols) {
  if (protocols === undefined) return "";
  const count = protocols.length;
  if (count > MOST_PROTOCOLS) throw parameterError("parameter.protocols has too many elements;");
  const seen = new SafeMap();
  let text = "";
  for (let index = 0; index < count; index += 1) {
    const protocol = protocols[index];
    if (typeof protocol !== "string" || !isToken(protocol) || mapGet(seen, protocol) !== undefined)
      throw parameterError("parameter.protocols has an invalid element " + stringify(protocol) + ";");
    mapSet(seen, protocol, true);
    text += protocol + "\n";
  }
  return text;
}
