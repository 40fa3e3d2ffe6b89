// What a component's tag shows of it: by what it is found, and whom it tells of its events.

import { define, enumerableKeys, list, push, slice, toText } from "minigate:primordials";
import { ask } from "minigate:template";

/** The face of a component that no WXML names. */
export const bareFace = (tag) => ({
  __proto__: null,
  tag,
  id: "",
  classes: list(),
  dataset: {},
  handlers: { __proto__: null },
  isChanged: false,
});

/** What a tag shows now. */
export function face(template, { tag, scope }) {
  const shown = bareFace(tag.tag);
  const read = (written) => {
    const answer = ask(template, written, scope);
    shown.isChanged ||= answer.isChanged;
    return answer.value;
  };
  if (tag.id !== null) shown.id = text(read(tag.id));
  if (tag.class !== null) shown.classes = words(text(read(tag.class)));
  const names = enumerableKeys(tag.data);
  for (let index = 0; index < names.length; index += 1) define(shown.dataset, names[index], read(tag.data[names[index]]));
  const events = enumerableKeys(tag.handlers);
  for (let index = 0; index < events.length; index += 1)
    shown.handlers[events[index]] = text(read(tag.handlers[events[index]]));
  return shown;
}

const text = (value) => (value === undefined || value === null ? "" : toText(value));

function words(value) {
  const found = list();
  let from = 0;
  for (let at = 0; at <= value.length; at += 1) {
    if (at < value.length && !isSpace(value[at])) continue;
    if (at > from) push(found, slice(value, from, at));
    from = at + 1;
  }
  return found;
}

const isSpace = (c) => c === " " || c === "\n" || c === "\t" || c === "\r" || c === "\f";
