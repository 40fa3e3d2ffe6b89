// Bytes on their way to the host.

import { apply, defineProperty, fromCharCode, SafeBytes, viewBuffer, viewLength, viewOffset } from "minigate:primordials";

const CHUNK = 8192;

/** Bytes as a text of as many characters, which is how they cross to the host. */
export function binaryText(bytes) {
  const length = viewLength(bytes);
  let text = "";
  for (let at = 0; at < length; at += CHUNK) {
    const rest = length - at;
    text += apply(fromCharCode, undefined, part(bytes, at, rest < CHUNK ? rest : CHUNK));
  }
  return text;
}

// Its length is its own, since the one that it inherits is the app's to replace.
function part(bytes, from, length) {
  const view = new SafeBytes(viewBuffer(bytes), viewOffset(bytes) + from, length);
  defineProperty(view, "length", { __proto__: null, value: length });
  return view;
}
