// The pair of event channels between a page and the one that it opens.

import { invoke } from "minigate:errors";
import { isObject, enumerableKeys, list, mapGet, mapSet, push, SafeMap, SafeWeakMap, weakGet, weakSet } from "minigate:primordials";

/** The far end of each channel. */
const ends = new SafeWeakMap();

/** Two channels: what is emitted at one is heard at the other. `events` are the opener's listeners. */
export function createChannels(events) {
  const opener = createEnd();
  const opened = createEnd();
  weakSet(ends, opener.channel, opened.heard);
  weakSet(ends, opened.channel, opener.heard);
  if (isObject(events)) {
    const names = enumerableKeys(events);
    for (let index = 0; index < names.length; index += 1) opener.channel.on(names[index], events[names[index]]);
  }
  return { __proto__: null, opener: opener.channel, opened: opened.channel };
}

/** What `getOpenerEventChannel` gives: an object without functions where no page has opened this one. */
export const openerChannel = (root) => root?.channel ?? {};

function createEnd() {
  const heard = new SafeMap();
  const add = (name, run, isOnce) => {
    if (typeof run !== "function") return;
    const listeners = mapGet(heard, name) ?? list();
    push(listeners, { __proto__: null, run, isOnce });
    mapSet(heard, name, listeners);
  };
  const channel = {
    on: (name, run) => add(name, run, false),
    once: (name, run) => add(name, run, true),
    off: (name, run) => keep(heard, name, (listener) => run !== undefined && listener.run !== run),
    emit(name, ...values) {
      tell(weakGet(ends, channel), name, values);
    },
  };
  return { __proto__: null, heard, channel };
}

function tell(heard, name, values) {
  const listeners = mapGet(heard, name);
  if (listeners === undefined) return;
  keep(heard, name, (listener) => !listener.isOnce);
  for (let index = 0; index < listeners.length; index += 1) invoke(listeners[index].run, undefined, values);
}

function keep(heard, name, isKept) {
  const listeners = mapGet(heard, name) ?? list();
  const rest = list();
  for (let index = 0; index < listeners.length; index += 1) if (isKept(listeners[index])) push(rest, listeners[index]);
  mapSet(heard, name, rest);
}
