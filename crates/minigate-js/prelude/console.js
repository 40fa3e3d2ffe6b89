// `console`: each call is one line to the host.

import { inspect } from "minigate:inspect";
import { native } from "minigate:native";
import {
  floor,
  indexOf,
  isArray,
  isObject,
  mapDelete,
  mapGet,
  mapSet,
  ownKeys,
  repeat,
  SafeError,
  SafeMap,
  slice,
  toNumber,
  toText,
} from "minigate:primordials";
import { errorStack } from "minigate:stack";

let indent = 0;
const counts = new SafeMap();
const starts = new SafeMap();

/** The app's `console`; its functions work apart from it, as `const { log } = console` expects. */
export function createConsole() {
  const logs =
    (level) =>
    (...values) =>
      write(level, format(values));
  return {
    log: logs("log"),
    info: logs("info"),
    warn: logs("warn"),
    error: logs("error"),
    debug: logs("debug"),
    dir: (value) => write("log", inspect(value)),
    table: (value) => write("log", tableText(value)),
    trace: (...values) => write("debug", "Trace: " + format(values) + "\n" + errorStack(new SafeError())),
    assert: (condition, ...values) => {
      if (!condition) write("error", "Assertion failed: " + format(values));
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent > 0 ? indent - 1 : 0;
    },
    count: (label = "default") => {
      const name = toText(label);
      const count = (mapGet(counts, name) ?? 0) + 1;
      mapSet(counts, name, count);
      write("log", name + ": " + count);
    },
    countReset: (label = "default") => {
      mapDelete(counts, toText(label));
    },
    time: (label = "default") => {
      mapSet(starts, toText(label), native.now());
    },
    timeLog: (label = "default") => elapsed(toText(label)),
    timeEnd: (label = "default") => {
      elapsed(toText(label));
      mapDelete(starts, toText(label));
    },
  };
}

/** Warns the developer in the name of the platform. */
export function warn(text) {
  write("warn", text);
}

function group(...values) {
  if (values.length > 0) write("log", format(values));
  indent += indent < 20 ? 1 : 0;
}

function elapsed(name) {
  const start = mapGet(starts, name);
  if (start === undefined) return write("warn", 'Timer "' + name + "\" doesn't exist");
  return write("log", name + ": " + floor((native.now() - start) * 1000) / 1000 + " ms");
}

function write(level, text) {
  native.log(level, repeat("  ", indent) + text, errorStack(new SafeError()) ?? "");
}

/** All arguments in a line; a first text may hold `%s %d %i %f %o %O %j %c`. */
function format(values) {
  let next = 0;
  let text = "";
  if (typeof values[0] === "string" && indexOf(values[0], "%") >= 0 && values.length > 1) {
    next = 1;
    text = substitute(values[0], () => (next < values.length ? { value: values[next++] } : undefined));
  }
  for (; next < values.length; next += 1)
    text += (text === "" && next === 0 ? "" : " ") + inspect(values[next]);
  return text;
}

function substitute(template, take) {
  let text = "";
  let from = 0;
  for (
    let at = indexOf(template, "%");
    at >= 0 && at + 1 < template.length;
    at = indexOf(template, "%", from)
  ) {
    text += slice(template, from, at);
    const directive = template[at + 1];
    const shown = directive === "%" ? "%" : directiveText(directive, take);
    text += shown ?? "%" + directive;
    from = at + 2;
  }
  return text + slice(template, from);
}

function directiveText(directive, take) {
  if (indexOf("sdifoOjc", directive) < 0) return undefined;
  const taken = take();
  if (taken === undefined) return undefined;
  const { value } = taken;
  if (directive === "c") return "";
  if (indexOf("dif", directive) < 0) return inspect(value);
  const number = isObject(value) || typeof value === "symbol" ? NaN : toNumber(value);
  return "" + (directive === "i" ? floor(number) : number);
}

/** A line for each row; a screen's grid is left to whoever shows it. */
function tableText(value) {
  if (!isObject(value) || native.isProxy(value)) return inspect(value);
  const keys = ownKeys(value);
  let text = "";
  for (let index = 0; index < keys.length && index < 100; index += 1) {
    if (isArray(value) && keys[index] === "length") continue;
    text += (text && "\n") + toText(keys[index]) + ": " + inspect(readSafely(value, keys[index]));
  }
  return text;
}

function readSafely(value, key) {
  try {
    return value[key];
  } catch (error) {
    return error;
  }
}
