// `wx.uploadFile` and `wx.downloadFile`: from their options to a payload for the host.

import { abort, listen, startCall, unlisten } from "minigate:calls";
import { readHeader } from "minigate:header";
import { optional, optionsWithoutEffect, required } from "minigate:options";
import { enumerableKeys, stringify, toText, toWellFormed } from "minigate:primordials";

/** Options of the platform that choose a network stack which isn't here. */
const WITHOUT_EFFECT = { __proto__: null, length: 1, 0: "enableQuic" };

/** The two functions, which always give a task and never a Promise. */
export const transferApi = {
  uploadFile: (options) => createTask(startCall(UPLOAD, options)),
  downloadFile: (options) => createTask(startCall(DOWNLOAD, options)),
};

const UPLOAD = {
  __proto__: null,
  name: "uploadFile",
  read: readUpload,
  events: {
    __proto__: null,
    headers: ({ header }) => ({ header }),
    progress: ({ progress, moved, expected }) => ({
      progress,
      totalBytesSent: moved,
      totalBytesExpectedToSend: expected,
    }),
  },
  succeeded: ({ statusCode }, data) => ({ data, statusCode }),
};

const DOWNLOAD = {
  __proto__: null,
  name: "downloadFile",
  read: readDownload,
  events: {
    __proto__: null,
    headers: ({ header }) => ({ header }),
    progress: ({ progress, moved, expected }) => ({
      progress,
      totalBytesWritten: moved,
      totalBytesExpectedToWrite: expected,
    }),
  },
  succeeded: ({ statusCode, header }, path, { isNamed }) =>
    isNamed ? { filePath: path, statusCode, header } : { tempFilePath: path, statusCode, header },
};

function createTask(call) {
  return {
    abort: () => abort(call),
    onProgressUpdate: (listener) => listen(call, "progress", listener),
    offProgressUpdate: (listener) => unlisten(call, "progress", listener),
    onHeadersReceived: (listener) => listen(call, "headers", listener),
    offHeadersReceived: (listener) => unlisten(call, "headers", listener),
  };
}

function readUpload(options) {
  const payload = readShared(options, UPLOAD.name);
  payload.filePath = toWellFormed(required(options, "filePath", "String"));
  payload.name = toWellFormed(required(options, "name", "String"));
  payload.fields = fieldsText(optional(options, "formData", "Object", {}));
  return payload;
}

function readDownload(options, call) {
  const payload = readShared(options, DOWNLOAD.name);
  payload.filePath = toWellFormed(optional(options, "filePath", "String", ""));
  call.isNamed = payload.filePath !== "";
  return payload;
}

function readShared(options, name) {
  return {
    __proto__: null,
    interface: name,
    url: toWellFormed(required(options, "url", "String")),
    header: readHeader(options.header).text,
    timeout: optional(options, "timeout", "Number", undefined),
    wantsHttp2: options.enableHttp2 === true,
    wantsProfile: options.enableProfile !== false,
    ignored: optionsWithoutEffect(options, WITHOUT_EFFECT),
  };
}

/** Names and values in turn, as the text of a JSON array. */
function fieldsText(data) {
  const names = enumerableKeys(data);
  let text = "";
  for (let index = 0; index < names.length; index += 1) {
    const value = data[names[index]];
    if (value !== undefined) text += (text && ",") + quote(names[index]) + "," + quote(toText(value));
  }
  return "[" + text + "]";
}

const quote = (text) => stringify(toWellFormed(text));
