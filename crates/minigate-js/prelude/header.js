// The `header` option of every call of the network.

import { parameterError, typeName } from "minigate:options";
import {
  charCodeAt,
  enumerableKeys,
  indexOf,
  mapDelete,
  mapGet,
  mapSet,
  SafeMap,
  slice,
  stringify,
  toLowerCase,
  toText,
  toWellFormed,
  trim,
} from "minigate:primordials";

/**
 * Reads names and values to a line each: names are compared without case, so the last spelling of one wins, and a line
 * break in either is refused before it can become a field of its own.
 *
 * `type` is the media type, in lower case and without parameters; `defaultType` is that of a call that names none.
 */
export function readHeader(header, defaultType) {
  if (header !== undefined && header !== null && typeName(header) !== "Object") {
    throw parameterError("parameter.header should be Object instead of " + typeName(header) + ";");
  }
  const names = header === undefined || header === null ? NONE : enumerableKeys(header);
  const fields = new SafeMap();
  for (let index = 0; index < names.length; index += 1) addField(fields, names[index], header[names[index]]);
  if (mapGet(fields, TYPE) === undefined) addField(fields, TYPE, defaultType);
  const type = mediaType(mapGet(fields, TYPE));
  let text = "";
  for (let index = 0; index < names.length; index += 1) text += takeField(fields, toLowerCase(names[index]));
  return { __proto__: null, text: toWellFormed(text + takeField(fields, TYPE)), type };
}

const TYPE = "content-type";
const NONE = { __proto__: null, length: 0 };

function mediaType(field) {
  if (field === undefined) return "";
  const end = indexOf(field.text, ";");
  return toLowerCase(trim(end < 0 ? field.text : slice(field.text, 0, end)));
}

function addField(fields, name, value) {
  if (value === undefined || value === null) return;
  if (!isToken(name)) throw parameterError("parameter.header has an invalid name " + stringify(name) + ";");
  const text = trim(toText(value));
  if (!isFieldValue(text)) throw parameterError("parameter.header." + name + " has an invalid value;");
  mapSet(fields, toLowerCase(name), { __proto__: null, name, text });
}

function takeField(fields, key) {
  const field = mapGet(fields, key);
  if (field === undefined) return "";
  mapDelete(fields, key);
  return field.name + "\n" + field.text + "\n";
}

/** Whether a text can be a name (RFC 9110 §5.6.2). */
export function isToken(name) {
  for (let index = 0; index < name.length; index += 1) {
    if (!isTokenCode(charCodeAt(name, index))) return false;
  }
  return name.length > 0;
}

// RFC 9110, section 5.6.2.
function isTokenCode(code) {
  if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 94 && code <= 122)) return true;
  return (
    code === 124 ||
    code === 126 ||
    code === 33 ||
    (code >= 35 && code <= 39) ||
    code === 42 ||
    code === 43 ||
    code === 45 ||
    code === 46
  );
}

function isFieldValue(text) {
  for (let index = 0; index < text.length; index += 1) {
    const code = charCodeAt(text, index);
    if ((code < 32 && code !== 9) || code === 127) return false;
  }
  return true;
}
