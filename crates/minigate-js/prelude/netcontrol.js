// `t.network`: what servers answer, and what goes wrong on the way to them.

import { ask, tell } from "minigate:asking";
import { binaryText } from "minigate:binary";
import {
  bytesOf,
  enumerableKeys,
  isArray,
  isBuffer,
  isObject,
  isView,
  list,
  push,
  regexTest,
  SafeTypeError,
  stringify,
  toArray,
  toText,
  toWellFormed,
} from "minigate:primordials";

const PATTERN = /^([A-Z]+ )?(https|wss):\/\/[^/?#\s]+([/?]\S*)?$/;
const FAULTS = {
  __proto__: null,
  timeout: 1,
  reset: 1,
  close: 1,
  tls: 1,
  expired: 1,
  "wrong-name": 1,
  dns: 1,
  "connect-timeout": 1,
  refused: 1,
  unreachable: 1,
};
const TYPES = { __proto__: null, wifi: 1, "2g": 1, "3g": 1, "4g": 1, "5g": 1, unknown: 1 };

/** `answer`, `fail`, `offline`, `online`, `asked`. */
export const networkControl = {
  /** The answer to what fits a pattern; of several that fit the one that was given last. A list is one answer each. */
  answer(pattern, reply) {
    const replies = isArray(reply) ? reply : [reply];
    if (replies.length === 0) throw new SafeTypeError("network.answer needs an answer");
    const read = list();
    for (let index = 0; index < replies.length; index += 1) push(read, readReply(replies[index]));
    tell("answer", { pattern: readPattern(pattern), replies: toArray(read), times: times(reply) });
  },
  fail(pattern, how, options) {
    if (FAULTS[how] !== 1) {
      throw new SafeTypeError("network.fail: " + stringify(how) + " is none of " + words(FAULTS));
    }
    tell("fail", { pattern: readPattern(pattern), how, times: times(options) });
  },
  offline: () => tell("offline", {}),
  /** A network of a type; another one than before ends all connections. */
  online(type = "wifi") {
    if (TYPES[type] !== 1) throw new SafeTypeError("network.online: " + stringify(type) + " is none of " + words(TYPES));
    tell("online", { type });
  },
  asked: () => ask("asked"),
};

function readPattern(pattern) {
  if (typeof pattern === "string" && regexTest(PATTERN, pattern)) return pattern;
  throw new SafeTypeError(
    "a pattern is a URL with * for any text, such as https://api.example.com/items/*, not " + stringify(pattern),
  );
}

function times(options) {
  const count = isObject(options) && !isArray(options) ? options.times : undefined;
  if (count === undefined || (typeof count === "number" && count >= 1)) return count;
  throw new SafeTypeError("times is how often, 1 at least");
}

function readReply(reply = {}) {
  if (!isObject(reply)) throw new SafeTypeError("an answer is { status, header, body, delay }");
  const { status = 200, header = {}, body, delay = 0 } = reply;
  if (typeof status !== "number" || status < 200 || status > 599) {
    throw new SafeTypeError("a status is a number from 200 to 599");
  }
  if (typeof delay !== "number" || !(delay >= 0)) throw new SafeTypeError("a delay is milliseconds");
  return { status, delay, header: readHeader(header), ...readBody(body) };
}

/** Pairs; a list stands for several fields of one name. */
function readHeader(header) {
  const fields = list();
  const names = enumerableKeys(header);
  for (let index = 0; index < names.length; index += 1) {
    const values = isArray(header[names[index]]) ? header[names[index]] : [header[names[index]]];
    for (let at = 0; at < values.length; at += 1) push(fields, [names[index], toWellFormed(toText(values[at]))]);
  }
  return toArray(fields);
}

/** A text is sent as it is, bytes as they are, and everything else as JSON. */
function readBody(body) {
  if (body === undefined) return { body: "", kind: "none" };
  if (typeof body === "string") return { body: toWellFormed(body), kind: "text" };
  if (isBuffer(body) || isView(body)) return { body: binaryText(bytesOf(body)), kind: "bytes" };
  return { body: toWellFormed(stringify(body)), kind: "json" };
}

function words(table) {
  const names = enumerableKeys(table);
  let text = "";
  for (let index = 0; index < names.length; index += 1) text += (index === 0 ? "" : ", ") + names[index];
  return text;
}
