// Page addresses: `/pages/a?id=1`, and relative ones.

import { define, indexOf, lastIndexOf, list, push, slice, startsWith } from "minigate:primordials";

/** Splits a page's address into its route and its query; a relative one is seen from the page `from`. */
export function parseAddress(address, from) {
  const mark = indexOf(address, "?");
  const path = mark < 0 ? address : slice(address, 0, mark);
  const query = mark < 0 ? "" : slice(address, mark + 1);
  return { __proto__: null, route: toRoute(path, from), query: parseQuery(query) };
}

/** The members of a query. The platform leaves the values as they are written, so the app decodes them. */
function parseQuery(text) {
  const query = {};
  let from = 0;
  while (from < text.length) {
    let end = indexOf(text, "&", from);
    if (end < 0) end = text.length;
    const pair = slice(text, from, end);
    const equals = indexOf(pair, "=");
    const name = equals < 0 ? pair : slice(pair, 0, equals);
    if (name !== "") define(query, name, equals < 0 ? "" : slice(pair, equals + 1));
    from = end + 1;
  }
  return query;
}

/** A path as a route; a relative one is seen from the route `from`. */
export function toRoute(path, from) {
  const base = startsWith(path, "/") ? "" : slice(from, 0, lastIndexOf(from, "/") + 1);
  const full = base + path;
  const parts = list();
  let at = 0;
  while (at <= full.length) {
    let end = indexOf(full, "/", at);
    if (end < 0) end = full.length;
    step(parts, slice(full, at, end));
    at = end + 1;
  }
  return withoutEnding(joined(parts));
}

function step(parts, part) {
  if (part === "..") parts.length -= parts.length > 0 ? 1 : 0;
  else if (part !== "" && part !== ".") push(parts, part);
}

function joined(parts) {
  let text = "";
  for (let index = 0; index < parts.length; index += 1) text += (index > 0 ? "/" : "") + parts[index];
  return text;
}

function withoutEnding(route) {
  const ending = ".html";
  return slice(route, -ending.length) === ending ? slice(route, 0, -ending.length) : route;
}
