// The page that shows, from outside: its methods are called, its data is read.

import { reportException } from "minigate:errors";
import { innerOf } from "minigate:instance";
import { native } from "minigate:native";
import { currentPage } from "minigate:navigation";
import {
  apply,
  create,
  define,
  enumerableKeys,
  isObject,
  list,
  parseJson,
  promiseThen,
  push,
  resolvePromise,
  stringify,
  toArray,
} from "minigate:primordials";

/** Calls a method of the page with an event; the host is told what came of it. */
export function callMethod(text) {
  const { name, event } = parseJson(text);
  const page = currentPage();
  if (page === undefined) return tell("no-page");
  const args = list();
  push(args, event);
  try {
    useMethod(page, name, args, follow, (methods) => tell("no-method", methods));
  } catch (error) {
    reportException(error);
    tell("threw");
  }
  return undefined;
}

/** Calls a method of a page and goes on with what it gives; where there is none, with the names of those that there are. */
export function useMethod(page, name, args, goOn, otherwise) {
  const method = read(page, name);
  return typeof method === "function" ? goOn(apply(method, page, args)) : otherwise(methodsOf(page));
}

/** Tells the host the data of the page as JSON. */
export function readData() {
  const page = currentPage();
  if (page === undefined) return tell("no-page");
  try {
    native.tell("data", stringify(read(page, "data"), undefined, 2) ?? "null");
  } catch (error) {
    reportException(error);
    tell("threw");
  }
  return undefined;
}

/** What a method gives may be a Promise, the app's own kind of one included: then the end is when it settles. */
function follow(result) {
  if (!isObject(result) || typeof result.then !== "function") return tell("returned");
  tell("promised");
  return promiseThen(
    resolvePromise(result),
    () => tell("returned"),
    (error) => {
      reportException(error);
      tell("threw");
    },
  );
}

function tell(outcome, names) {
  native.tell(outcome, names === undefined ? "" : stringify(names));
}

function methodsOf(page) {
  const found = create(null);
  collect(found, page, page);
  collect(found, innerOf(page).blueprint.methods, page);
  const names = enumerableKeys(found);
  const all = list();
  for (let index = 0; index < names.length; index += 1) push(all, names[index]);
  return toArray(all);
}

function collect(found, members, page) {
  const names = enumerableKeys(members);
  for (let index = 0; index < names.length; index += 1) {
    if (typeof read(page, names[index]) === "function") define(found, names[index], true);
  }
}

/** A member whose getter throws is none. */
function read(page, name) {
  try {
    return page[name];
  } catch {
    return undefined;
  }
}
