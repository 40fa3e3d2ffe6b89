// `Date` by a clock that a test owns. With the system's clock the engine's own `Date` stays.

import { native } from "minigate:native";
import {
  construct,
  dateText,
  define,
  defineProperty,
  getOwnPropertyDescriptor,
  list,
  push,
  SafeDate,
} from "minigate:primordials";

const COPIED = ["UTC", "parse", "prototype"];

/** Makes "now" the host's, wherever `Date` asks for it. */
export function installDate() {
  const Date = function () {
    if (new.target === undefined) return dateText(present());
    return arguments.length === 0 ? present(new.target) : construct(SafeDate, arguments, new.target);
  };
  defineProperty(Date, "name", { __proto__: null, value: "Date", configurable: true });
  defineProperty(Date, "length", { __proto__: null, value: 7, configurable: true });
  for (let index = 0; index < COPIED.length; index += 1) {
    defineProperty(Date, COPIED[index], getOwnPropertyDescriptor(SafeDate, COPIED[index]));
  }
  define(Date, "now", () => native.date(), false);
  define(SafeDate.prototype, "constructor", Date, false);
  define(globalThis, "Date", Date, false);
}

function present(target = SafeDate) {
  const args = list();
  push(args, native.date());
  return construct(SafeDate, args, target);
}
