// `wx.cloud`: the platform's own cloud, which nothing here serves. Each call fails and says so.

import { absent } from "minigate:absence";
import { readCallbacks, settleCallbacks } from "minigate:callbacks";
import { define, SafePromise } from "minigate:primordials";
import { soon } from "minigate:timers";

const TEXT = "the cloud isn't served here";
/** What leads on in a chain of the database, and what asks at its end. */
const STEPS = ["collection", "doc", "where", "orderBy", "limit", "skip", "field", "aggregate", "match", "group", "sort", "project", "lookup", "sample", "unwind"];
const ENDS = ["get", "add", "count", "update", "set", "remove", "end", "createCollection", "runTransaction"];
const OPERATORS = [
  "eq", "neq", "lt", "lte", "gt", "gte", "in", "nin", "and", "or", "nor", "not", "exists", "mod", "all", "elemMatch", "size",
  "set", "remove", "inc", "mul", "push", "pop", "shift", "unshift", "addToSet", "pull", "min", "max", "rename",
  "geoNear", "geoWithin", "geoIntersects",
];

function fail(name) {
  return (options) => {
    absent("cloud", "cloud");
    const value = { errCode: -1, errMsg: "cloud." + name + ":fail " + TEXT };
    const callbacks = readCallbacks(options);
    if (!callbacks.given) return new SafePromise((_, reject) => reject(value));
    return soon(() => settleCallbacks(callbacks, { isFailure: true, value }));
  };
}

function database() {
  const chain = { command: operators(), serverDate: () => ({}), RegExp: () => ({}), Geo: {} };
  for (let index = 0; index < STEPS.length; index += 1) define(chain, STEPS[index], () => chain);
  for (let index = 0; index < ENDS.length; index += 1) define(chain, ENDS[index], fail("database." + ENDS[index]));
  define(chain, "watch", (options) => {
    fail("database.watch")({ fail: options?.onError });
    return { close() {} };
  });
  return chain;
}

/** `db.command`: what it gives is only ever handed back to the database. */
function operators() {
  const command = {};
  for (let index = 0; index < OPERATORS.length; index += 1) define(command, OPERATORS[index], () => command);
  return command;
}

const createCloud = () => ({
  init() {
    absent("cloud", "cloud");
  },
  database,
  callFunction: fail("callFunction"),
  callContainer: fail("callContainer"),
  uploadFile: fail("uploadFile"),
  downloadFile: fail("downloadFile"),
  deleteFile: fail("deleteFile"),
  getTempFileURL: fail("getTempFileURL"),
  CloudID: function CloudID(id) {
    define(this, "cloudID", id);
  },
  Cloud: function Cloud() {
    return createCloud();
  },
});

/** `wx.cloud`. */
export const cloudApi = { cloud: createCloud() };
