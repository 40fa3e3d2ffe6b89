// What a test asks of whoever runs it, each a Promise.

import { native } from "minigate:native";
import {
  define,
  mapDelete,
  mapGet,
  mapSet,
  parseJson,
  SafeError,
  SafeMap,
  SafePromise,
  stringify,
} from "minigate:primordials";

const asked = new SafeMap();

/** Asks; the Promise comes to the answer, or fails with an error of the place where it was asked. */
export function ask(name, detail = {}) {
  const error = new SafeError();
  return new SafePromise((resolve, reject) => {
    const refuse = (text) => {
      define(error, "message", text, false);
      reject(error);
    };
    mapSet(asked, tell(name, detail), { __proto__: null, resolve, refuse });
  });
}

/** Says something that needs no answer. */
export const tell = (name, detail) => native.ask(name, stringify(detail));

/** An answer has come: JSON, or the text of a refusal. */
export function onAnswer(id, text, refusal) {
  const waiting = mapGet(asked, id);
  mapDelete(asked, id);
  if (waiting === undefined) return;
  if (refusal === undefined) waiting.resolve(parseJson(text));
  else waiting.refuse(refusal);
}
