// Bytes on their way to the host.

import { apply, fromCharCode, SafeBytes } from "minigate:primordials";

const CHUNK = 8192;

/** Bytes as a text of as many characters, which is how they cross to the host. */
export function binaryText(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const rest = bytes.length - at;
    const part = new SafeBytes(bytes.buffer, bytes.byteOffset + at, rest < CHUNK ? rest : CHUNK);
    text += apply(fromCharCode, undefined, part);
  }
  return text;
}
