// WXS: the modules of a template's scripts, and what they find besides JavaScript.

import { native } from "minigate:native";
import { apply, construct, dateValue, hasOwn, isArray, list, push, regexText, SafeDate, SafeRegExp } from "minigate:primordials";

/** What a template's module exports; it runs when it is first asked for. */
export function exportsOf(template, index) {
  const known = template.modules[index];
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  template.modules[index] = module;
  const { requests } = template.plan.scripts[index];
  const args = list();
  push(args, module);
  push(args, module.exports);
  push(args, (path) => (hasOwn(requests, path) ? exportsOf(template, requests[path]) : undefined));
  push(args, getRegExp);
  push(args, getDate);
  push(args, kind);
  apply(template.scripts[index], undefined, args);
  return module.exports;
}

const getRegExp = (pattern, flags) => new SafeRegExp(pattern, flags);

const getDate = (...parts) => construct(SafeDate, parts);

/** A value's `constructor`, which in WXS is a name. */
function kind(value) {
  if (value === undefined || value === null) return undefined;
  if (isArray(value)) return "Array";
  switch (typeof value) {
    case "string":
      return "String";
    case "number":
      return "Number";
    case "boolean":
      return "Boolean";
    case "function":
      return "Function";
    default:
      return is(dateValue, value) ? "Date" : is(regexText, value) ? "RegExp" : "Object";
  }
}

// A method of a class throws for what is none of it.
function is(method, value) {
  try {
    return method(value) !== undefined && !native.isProxy(value);
  } catch {
    return false;
  }
}
