// Calls of the network under way: the host's events become callbacks and listeners of a task.

import { failureValue, readCallbacks, settleCallbacks } from "minigate:callbacks";
import { createEvent } from "minigate:lifecycle";
import { native } from "minigate:native";
import { Failure, requireOptions, toFailure } from "minigate:options";
import { define, mapDelete, mapGet, mapSet, SafeError, SafeMap } from "minigate:primordials";
import { errorStack } from "minigate:stack";
import { soon } from "minigate:timers";

/** Calls that have not settled, by the host's number. */
const calls = new SafeMap();

/**
 * Starts a call. `kind` has its `name`, what `read`s the options to a payload for the host, what makes of an event that
 * which listeners get (`events`), and what makes the value of `success` of an answer and its body (`succeeded`).
 */
export function startCall(kind, options) {
  const call = {
    __proto__: null,
    kind,
    callbacks: readCallbacks(options),
    // Made when the app first listens, which most calls never do.
    headers: undefined,
    chunk: undefined,
    progress: undefined,
    id: undefined,
    isOver: false,
  };
  try {
    requireOptions(options);
    const started = native.start(kind.read(options, call));
    if (typeof started !== "number") throw new Failure(started.text, started.errno);
    call.id = started;
    mapSet(calls, started, call);
  } catch (error) {
    const failure = toFailure(error);
    const value = failureValue(kind.name, failure);
    native.unsent(kind.name, value.errMsg, errorStack(new SafeError()), failure.cause, failure.errno);
    soon(() => settle(call, { isFailure: true, value }));
  }
  return call;
}

/** Ends a call, unless it is over. */
export function abort(call) {
  if (call.isOver || call.id === undefined) return;
  call.isOver = true;
  native.abort(call.id);
}

/** Adds a listener for an event of a call. */
export function listen(call, event, listener) {
  call[event] ??= createEvent();
  call[event].on(listener);
  if (call.id !== undefined) native.want(call.id, event);
}

/** Takes one listener away, or all where none is named. */
export function unlisten(call, event, listener) {
  call[event]?.off(listener);
}

/** An event of a call: `headers`, `chunk`, `progress`, or the last one, `settled`. */
export function onCallEvent(event, id, payload, extra) {
  const call = mapGet(calls, id);
  if (call === undefined) return;
  if (event === "settled") {
    mapDelete(calls, id);
    settle(call, payload.isFailure ? failed(payload) : succeeded(call, payload, extra));
  } else if (!call.isOver) {
    call[event]?.emit(call.kind.events[event](payload));
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

function succeeded(call, payload, extra) {
  const value = call.kind.succeeded(payload, extra, call);
  if (payload.profile !== undefined) define(value, "profile", payload.profile);
  define(value, "errMsg", call.kind.name + ":ok");
  return { isFailure: false, value };
}
