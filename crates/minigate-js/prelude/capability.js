// `wx.canIUse`: what is there, by looking.

import { hasOwn, indexOf, isObject, slice } from "minigate:primordials";

/** Components of the platform. WXML that uses them does no harm here, and an app without a screen goes on as with one. */
const COMPONENTS = [
  "audio", "button", "camera", "canvas", "checkbox", "checkbox-group", "cover-image", "cover-view", "editor", "form",
  "icon", "image", "input", "label", "live-player", "live-pusher", "map", "match-media", "movable-area", "movable-view",
  "navigation-bar", "navigator", "official-account", "open-data", "page-container", "page-meta", "picker", "picker-view",
  "progress", "radio", "radio-group", "rich-text", "root-portal", "scroll-view", "share-element", "slider", "swiper",
  "swiper-item", "switch", "text", "textarea", "video", "view", "web-view",
];
/** What may stand behind a function's name: parts of its signature, which can't be looked at. */
const PARTS = ["success", "fail", "complete", "object", "return", "callback"];

/** `canIUse("request.object.timeout")`, `canIUse("cloud.callFunction")`, `canIUse("button.open-type.contact")`. */
export function canIUse(wx, schema) {
  if (typeof schema !== "string") return false;
  const name = head(schema);
  if (!hasOwn(wx, name)) return contains(COMPONENTS, name);
  const rest = tail(schema);
  const value = wx[name];
  if (rest === "" || contains(PARTS, head(rest))) return true;
  return isObject(value) && hasOwn(value, head(rest));
}

function head(path) {
  const dot = indexOf(path, ".");
  return dot < 0 ? path : slice(path, 0, dot);
}

function tail(path) {
  const dot = indexOf(path, ".");
  return dot < 0 ? "" : slice(path, dot + 1);
}

function contains(names, name) {
  for (let index = 0; index < names.length; index += 1) if (names[index] === name) return true;
  return false;
}
