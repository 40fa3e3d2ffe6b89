// What an app hears of each change of pages: `wx.onAppRoute` and its like.

import { createEvent } from "minigate:lifecycle";

const events = {
  __proto__: null,
  beforeAppRoute: createEvent(),
  appRoute: createEvent(),
  appRouteDone: createEvent(),
  beforePageLoad: createEvent(),
  afterPageLoad: createEvent(),
  beforePageUnload: createEvent(),
  afterPageUnload: createEvent(),
};

let openType = "appLaunch";
let count = 0;

/** A change of pages begins: `type` is the function that asks for it. */
export function begin(type, { route, query, page }) {
  openType = type;
  count += 1;
  tell("beforeAppRoute", route, query, page);
}

/** Something happens to a page in the course of it. */
export const tellRoute = (name, page) => tell(name, page.route, page.options, page);

function tell(name, path, query, page) {
  events[name].emit({ openType, path, query, page, routeEventId: "route" + count, notFound: false, renderer: "webview" });
}

const on = (name) => (listener) => events[name].on(listener);
const off = (name) => (listener) => events[name].off(listener);

/** `wx.onBeforePageUnload` and so on. */
export const routesApi = {
  onBeforeAppRoute: on("beforeAppRoute"),
  offBeforeAppRoute: off("beforeAppRoute"),
  onAppRoute: on("appRoute"),
  offAppRoute: off("appRoute"),
  onAppRouteDone: on("appRouteDone"),
  offAppRouteDone: off("appRouteDone"),
  onBeforePageLoad: on("beforePageLoad"),
  offBeforePageLoad: off("beforePageLoad"),
  onAfterPageLoad: on("afterPageLoad"),
  offAfterPageLoad: off("afterPageLoad"),
  onBeforePageUnload: on("beforePageUnload"),
  offBeforePageUnload: off("beforePageUnload"),
  onAfterPageUnload: on("afterPageUnload"),
  offAfterPageUnload: off("afterPageUnload"),
};
