// `App`, `getApp` and the app's own life.

import { invoke, listeners, reportException } from "minigate:errors";
import { events } from "minigate:lifecycle";
import { load } from "minigate:modules";
import { define, isObject, list, ownKeys, push, SafeTypeError } from "minigate:primordials";
import { warn } from "minigate:console";

/** The app once `App` was called. */
let app;
/** What `getApp({allowDefault: true})` gives before that; `App` goes on with the same object. */
let standIn;

/** `App(options)`: registers the app. Its `onLaunch` comes when its file has run to the end. */
export function App(options) {
  if (app !== undefined) throw new SafeTypeError("App can be called only once");
  if (!isObject(options)) throw new SafeTypeError("App needs an object");
  app = standIn ?? {};
  const names = ownKeys(options);
  for (let index = 0; index < names.length; index += 1) define(app, names[index], options[names[index]]);
}

/** `getApp(options)`. */
export function getApp(options) {
  if (app !== undefined) return app;
  if (isObject(options) && options.allowDefault) return (standIn ??= {});
  warn("getApp: App has not been called yet");
  return undefined;
}

/** Runs the app's first file, then tells the app that it was launched and shown. */
export function launchApp(path, enterOptions) {
  listeners.exception = (text) => {
    handle("onError", text);
    events.error.emit(text);
  };
  listeners.rejection = (news) => {
    handle("onUnhandledRejection", news);
    events.rejection.emit(news);
  };
  attempt(() => load(path));
  handle("onLaunch", enterOptions);
  showApp(enterOptions);
}

/** The app comes to the foreground. */
export function showApp(enterOptions) {
  handle("onShow", enterOptions);
  events.show.emit(enterOptions);
}

/** The app goes to the background. */
export function hideApp(news) {
  handle("onHide", news);
  events.hide.emit(news);
}

/** A page was asked for that doesn't exist. */
export function missPage(news) {
  handle("onPageNotFound", news);
  events.pageNotFound.emit(news);
}

/** Calls an object's handler if it has one under that name. */
export function callHandler(target, name, args) {
  attempt(() => {
    const handler = target[name];
    return typeof handler === "function" ? invoke(handler, target, args) : undefined;
  });
}

/** Runs something of the app's; what it throws is reported, and nothing else breaks. */
function attempt(work) {
  try {
    return work();
  } catch (error) {
    reportException(error);
    return undefined;
  }
}

function handle(name, news) {
  if (app === undefined) return;
  const args = list();
  push(args, news);
  callHandler(app, name, args);
}
