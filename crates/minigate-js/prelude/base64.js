// `wx.arrayBufferToBase64` and its inverse.

import { bytesOf, charCodeAt, isBuffer, isView, SafeBytes, toText, viewBuffer, viewLength } from "minigate:primordials";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of an ArrayBuffer as text; nothing for anything else. */
export function arrayBufferToBase64(buffer) {
  if (!isBuffer(buffer) && !isView(buffer)) return "";
  const bytes = bytesOf(buffer);
  const size = viewLength(bytes);
  let text = "";
  for (let at = 0; at < size; at += 3) {
    const word = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += LETTERS[word >> 18] + LETTERS[(word >> 12) & 63];
    text += at + 1 < size ? LETTERS[(word >> 6) & 63] : "=";
    text += at + 2 < size ? LETTERS[word & 63] : "=";
  }
  return text;
}

/** The bytes of such a text; it ends at the first letter that isn't one of its alphabet. */
export function base64ToArrayBuffer(base64) {
  const text = toText(base64);
  let size = 0;
  while (size < text.length && valueOf(text, size) >= 0) size += 1;
  const bytes = new SafeBytes((size * 3) >> 2);
  let word = 0;
  let next = 0;
  for (let at = 0; at < size; at += 1) {
    word = ((word << 6) | valueOf(text, at)) & 0xffffff;
    if (at % 4 > 0) bytes[next++] = word >> (6 - 2 * (at % 4));
  }
  return viewBuffer(bytes);
}

function valueOf(text, at) {
  const code = charCodeAt(text, at);
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  if (code === 43 || code === 45) return 62;
  return code === 47 || code === 95 ? 63 : -1;
}
