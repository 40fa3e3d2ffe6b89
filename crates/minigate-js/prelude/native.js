// The one way out of this realm. `main.js` connects it before anything else runs; no app can import it.

import { create, toWellFormed } from "minigate:primordials";

/** The host's functions, an object without prototype. */
export let native;

/** Functions that take texts of the app. */
const TEXTUAL = [
  "ask",
  "closeSocket",
  "hasPage",
  "isTab",
  "locate",
  "log",
  "packageFile",
  "plugin",
  "pageFile",
  "report",
  "sendMessage",
  "show",
  "storageGet",
  "storageRemove",
  "storageSet",
  "tell",
  "unsent",
];

/** Takes the host's functions, once. */
export function connect(functions) {
  native = create(functions);
  for (let index = 0; index < TEXTUAL.length; index += 1) {
    native[TEXTUAL[index]] = wellFormed(functions[TEXTUAL[index]]);
  }
}

/** Half of a surrogate pair can't leave the realm, so it becomes the replacement character. */
const wellFormed = (call) => (first, second, third, fourth, fifth) =>
  call(fix(first), fix(second), fix(third), fix(fourth), fix(fifth));

const fix = (value) => (typeof value === "string" ? toWellFormed(value) : value);
