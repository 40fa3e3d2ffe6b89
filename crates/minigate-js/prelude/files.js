// `wx.getFileSystemManager()` and the older functions for saved files. What a path may name, and what is in the files,
// is the host's business.

import { binaryText } from "minigate:binary";
import { createSync, failureValue, readCallbacks, settleCallbacks } from "minigate:callbacks";
import { native } from "minigate:native";
import { Failure, optional, parameterError, required, requireOptions, toFailure, typeName } from "minigate:options";
import {
  bufferSize,
  bytesOf,
  copyBytes,
  define,
  enumerableKeys,
  isArray,
  isBuffer,
  isView,
  mapDelete,
  mapGet,
  mapSet,
  SafeBytes,
  SafeMap,
  SafePromise,
  toWellFormed,
  viewBuffer,
  viewLength,
  viewOffset,
} from "minigate:primordials";
import { soon } from "minigate:timers";

/** What a file or folder is like. */
class Stats {
  constructor({ mode, size, lastAccessedTime, lastModifiedTime }) {
    define(this, "mode", mode);
    define(this, "size", size);
    define(this, "lastAccessedTime", lastAccessedTime);
    define(this, "lastModifiedTime", lastModifiedTime);
  }
  isDirectory() {
    return (this.mode & KIND) === FOLDER;
  }
  isFile() {
    return (this.mode & KIND) === FILE;
  }
}

const KIND = 0o170000;
const FOLDER = 0o040000;
const FILE = 0o100000;
const OFFSET_RANGE = 1301007;
const NO_BUFFER = 1302005;

/**
 * What each function of the file system takes and gives: `args` are the names of the arguments of its synchronous
 * twin (none: it takes the options), `read` makes the payload for the host of the options, `give` makes the result's
 * members of the host's answer, and `pick` names the one that the twin gives (`null`: all of them; missing: nothing).
 */
const FUNCTIONS = {
  __proto__: null,
  access: { args: ["path"], read: (options) => paths(options, "path") },
  appendFile: { args: ["filePath", "data", "encoding"], read: writing },
  close: { read: descriptor },
  copyFile: { args: ["srcPath", "destPath"], read: (options) => paths(options, "srcPath", "destPath") },
  fstat: { read: descriptor, give: (answer) => ({ stats: new Stats(answer) }), pick: "stats" },
  ftruncate: { read: (options) => ({ ...descriptor(options), length: number(options, "length", 0) }) },
  mkdir: { args: ["dirPath", "recursive"], read: folder },
  open: { read: opening, give: (fd) => ({ fd }), pick: "fd" },
  read: { read: reading, give: fill, pick: null },
  readFile: {
    args: ["filePath", "encoding", "position", "length"],
    read: readingAll,
    give: (data) => ({ data }),
    pick: "data",
  },
  readdir: { args: ["dirPath"], read: (options) => paths(options, "dirPath"), give: (files) => ({ files }), pick: "files" },
  rename: { args: ["oldPath", "newPath"], read: (options) => paths(options, "oldPath", "newPath") },
  rmdir: { args: ["dirPath", "recursive"], read: folder },
  saveFile: { args: ["tempFilePath", "filePath"], read: saving, give: (savedFilePath) => ({ savedFilePath }), pick: "savedFilePath" },
  stat: { args: ["path", "recursive"], read: statting, give: (answer) => ({ stats: allStats(answer) }), pick: "stats" },
  truncate: { read: (options) => ({ ...paths(options, "filePath"), length: number(options, "length", 0) }) },
  unlink: { args: ["filePath"], read: (options) => paths(options, "filePath") },
  write: { read: writingOpen, give: (bytesWritten) => ({ bytesWritten }), pick: null },
  writeFile: { args: ["filePath", "data", "encoding"], read: writing },
};

/** The same for functions without a twin. */
const LATE_FUNCTIONS = {
  __proto__: null,
  getFileInfo: { read: informing, give: ({ size, digest }) => ({ size, digest }) },
  getSavedFileList: { read: () => ({}), give: (fileList) => ({ fileList }) },
  removeSavedFile: { read: (options) => paths(options, "filePath") },
};

/** Functions of `wx` itself. */
const OLD_FUNCTIONS = {
  __proto__: null,
  ...LATE_FUNCTIONS,
  getImageInfo: { read: (options) => paths(options, "src"), give: (picture, { path }) => ({ ...picture, path }) },
  getSavedFileInfo: { read: (options) => paths(options, "filePath"), give: ({ size, createTime }) => ({ size, createTime }) },
  saveFile: FUNCTIONS.saveFile,
};

/** Uses of the file system that have not ended, by the host's number. */
const pending = new SafeMap();

/** `wx.getFileSystemManager` and `wx.saveFile` with its family. */
export function createFileApi() {
  const manager = createManager();
  const api = { getFileSystemManager: () => manager };
  each(OLD_FUNCTIONS, (name, kind) => define(api, name, createLate(name, kind, true)));
  return api;
}

/** The bytes of a file, for what tells of it in passing; 0 where there is none. */
export function sizeOf(path) {
  const found = native.file("stat", bare({ path: toWellFormed(path) }));
  return "errno" in found ? 0 : found.value.size;
}

/** A use of the file system has ended: with an answer, or else with a refusal. */
export function onFileEvent(id, answer, refusal) {
  const end = mapGet(pending, id);
  mapDelete(pending, id);
  if (end !== undefined) end(answer, refusal);
}

function createManager() {
  const manager = {};
  each(FUNCTIONS, (name, kind) => {
    define(manager, name, createLate(name, kind, false));
    define(manager, name + "Sync", createTwin(name, kind));
  });
  each(LATE_FUNCTIONS, (name, kind) => define(manager, name, createLate(name, kind, false)));
  return manager;
}

function each(kinds, use) {
  const names = enumerableKeys(kinds);
  for (let index = 0; index < names.length; index += 1)
    use(names[index], { __proto__: null, ...kinds[names[index]] });
}

/** The manager's functions give no Promise, so a failure that nobody listens for is none that nobody handled. */
function createLate(name, kind, promises) {
  return function (options) {
    const callbacks = readCallbacks(options);
    if (callbacks.given || !promises)
      return begin(name, kind, options, (result) => settleCallbacks(callbacks, result));
    return new SafePromise((resolve, reject) => {
      begin(name, kind, options, ({ isFailure, value }) => (isFailure ? reject : resolve)(value));
    });
  };
}

function begin(name, kind, options, settle) {
  try {
    const given = options === undefined || options === null ? {} : options;
    requireOptions(given);
    const payload = bare(kind.read(given));
    const started = native.fileLater(name, payload);
    if (typeof started !== "number") throw refused(started);
    // What was written need not be kept.
    payload.data = undefined;
    mapSet(pending, started, (answer, refusal) => settle(outcome(name, kind, payload, answer, refusal)));
  } catch (error) {
    const value = failureValue(name, toFailure(error));
    soon(() => settle({ isFailure: true, value }));
  }
}

function outcome(name, kind, payload, answer, refusal) {
  try {
    if (refusal !== undefined) throw refused(refusal);
    const value = kind.give === undefined ? {} : kind.give(answer, payload);
    define(value, "errMsg", name + ":ok");
    return { isFailure: false, value };
  } catch (error) {
    return { isFailure: true, value: failureValue(name, toFailure(error)) };
  }
}

function createTwin(name, kind) {
  return createSync(name + "Sync", (first, second, third, fourth) => {
    const options = kind.args === undefined ? first : named(kind.args, first, second, third, fourth);
    requireOptions(options);
    const payload = bare(kind.read(options));
    const result = native.file(name, payload);
    if ("errno" in result) throw refused(result);
    if (kind.pick === undefined) return undefined;
    const members = kind.give(result.value, payload);
    return kind.pick === null ? members : members[kind.pick];
  });
}

function named(names, first, second, third, fourth) {
  const options = { __proto__: null };
  options[names[0]] = first;
  if (names.length > 1) options[names[1]] = second;
  if (names.length > 2) options[names[2]] = third;
  if (names.length > 3) options[names[3]] = fourth;
  return options;
}

const refused = ({ text, errno }) => new Failure(text, errno);

/** A payload as the host takes it: every member that any function reads is there. */
const bare = (payload) => ({ __proto__: null, recursive: false, ...payload });

const text = (options, name) => toWellFormed(required(options, name, "String"));

const number = (options, name, fallback) => optional(options, name, "Number", fallback);

function paths(options, name, second) {
  const payload = { __proto__: null, path: text(options, name) };
  if (second !== undefined) payload.target = text(options, second);
  return payload;
}

function folder(options) {
  return { ...paths(options, "dirPath"), recursive: flag(options.recursive) };
}

function statting(options) {
  return { ...paths(options, "path"), recursive: flag(options.recursive) };
}

const flag = (value) => value === true;


function descriptor(options) {
  return { __proto__: null, fd: text(options, "fd") };
}

function opening(options) {
  return {
  ...paths(options, "filePath"),
  flag: toWellFormed(optional(options, "flag", "String", "r")),
};
}

function informing(options) {
  return {
  ...paths(options, "filePath"),
  digest: toWellFormed(optional(options, "digestAlgorithm", "String", "md5")),
};
}

function saving(options) {
  const payload = paths(options, "tempFilePath");
  const target = optional(options, "filePath", "String", undefined);
  if (target !== undefined) payload.target = toWellFormed(target);
  return payload;
}

function encoding(options) {
  const name = optional(options, "encoding", "String", undefined);
  return name === undefined || name === "" ? undefined : toWellFormed(name);
}

function readingAll(options) {
  return {
  ...paths(options, "filePath"),
  encoding: encoding(options),
  position: number(options, "position", undefined),
  length: number(options, "length", undefined),
};
}

function writing(options) {
  return { ...paths(options, "filePath"), ...contents(options, options.data) };
}

function writingOpen(options) {
  const data = options.data;
  const position = options.position;
  const payload = descriptor(options);
  if (typeof position === "number") payload.position = position;
  if (!isBuffer(data) && !isView(data)) return { ...payload, ...contents(options, data) };
  const bytes = bytesOf(data);
  const offset = number(options, "offset", 0);
  const length = number(options, "length", viewLength(bytes) - offset);
  return { ...payload, ...contents(options, within(bytes, offset, length)) };
}

/** Bytes cross to the host as a text with a character for each. */
function contents(options, data) {
  if (typeof data === "string") return { data: toWellFormed(data), encoding: encoding(options) };
  if (isBuffer(data) || isView(data)) return { data: binaryText(bytesOf(data)), encoding: "latin1" };
  throw parameterError("parameter.data should be String or ArrayBuffer instead of " + typeName(data) + ";");
}

function within(bytes, offset, length) {
  if (!(offset >= 0 && offset <= viewLength(bytes))) throw new Failure("value of offset is out of range", OFFSET_RANGE);
  const rest = viewLength(bytes) - offset;
  if (!(length >= 0 && length <= rest)) throw new Failure("value of length is out of range", 1301006);
  return new SafeBytes(viewBuffer(bytes), viewOffset(bytes) + offset, length);
}

function reading(options) {
  const buffer = options.arrayBuffer;
  if (!isBuffer(buffer)) throw new Failure("array buffer does not exist", NO_BUFFER);
  const offset = number(options, "offset", 0);
  const length = number(options, "length", 0);
  within(new SafeBytes(buffer), offset, length);
  const position = number(options, "position", undefined);
  return { ...descriptor(options), length, position, buffer, offset };
}

/** Puts what was read where the app wants it; the buffer may have changed its size meanwhile. */
function fill(answer, { buffer, offset }) {
  const bytes = new SafeBytes(answer);
  const room = bufferSize(buffer) - offset;
  if (room < viewLength(bytes)) throw new Failure("value of offset is out of range", OFFSET_RANGE);
  copyBytes(new SafeBytes(buffer), bytes, offset);
  return { bytesRead: viewLength(bytes), arrayBuffer: buffer };
}

function allStats(answer) {
  if (!isArray(answer)) return new Stats(answer);
  for (let index = 0; index < answer.length; index += 1) {
    define(answer[index], "stats", new Stats(answer[index].stats));
  }
  return answer;
}
