// What an app under test threw and nobody caught.

import { listeners } from "minigate:errors";
import { list, push, toArray } from "minigate:primordials";

let faults = list();

/** Remembers from now on. */
export function watchFaults() {
  listeners.fault = (kind, message, stack) => push(faults, { kind, message, stack });
}

/** Gives what has come, once. */
export function takeFaults() {
  const taken = toArray(faults);
  faults = list();
  return taken;
}
