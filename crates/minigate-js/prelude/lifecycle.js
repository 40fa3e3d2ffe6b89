// Events of the app as a whole: `wx.onError`, `wx.onAppShow` and their like.

import { createApi } from "minigate:callbacks";
import { invoke, listeners } from "minigate:errors";
import { native } from "minigate:native";
import { list, push } from "minigate:primordials";

/** A list of listeners, each of which is there once. */
export function createEvent() {
  let heard = list();
  return {
    __proto__: null,
    on(listener) {
      if (typeof listener === "function" && !contains(heard, listener)) push(heard, listener);
    },
    /** Takes one listener away, or all where none is named. */
    off(listener) {
      const rest = list();
      for (let index = 0; listener !== undefined && index < heard.length; index += 1) {
        if (heard[index] !== listener) push(rest, heard[index]);
      }
      heard = rest;
    },
    emit(news) {
      const args = list();
      push(args, news);
      const now = heard;
      for (let index = 0; index < now.length; index += 1) invoke(now[index], undefined, args);
    },
  };
}

function contains(items, item) {
  for (let index = 0; index < items.length; index += 1) if (items[index] === item) return true;
  return false;
}

/** The app's events; `app.js` adds the app's own handlers. */
export const events = {
  __proto__: null,
  error: createEvent(),
  rejection: createEvent(),
  pageNotFound: createEvent(),
  show: createEvent(),
  hide: createEvent(),
};

listeners.exception = (text) => events.error.emit(text);
listeners.rejection = (news) => events.rejection.emit(news);

/** `wx.onError` and so on. A game's return and departure have names of their own. */
export const createLifecycleApi = (isGame) => ({
  ...commonApi,
  ...(isGame
    ? {
        onShow: (listener) => events.show.on(listener),
        offShow: (listener) => events.show.off(listener),
        onHide: (listener) => events.hide.on(listener),
        offHide: (listener) => events.hide.off(listener),
      }
    : {
        onAppShow: (listener) => events.show.on(listener),
        offAppShow: (listener) => events.show.off(listener),
        onAppHide: (listener) => events.hide.on(listener),
        offAppHide: (listener) => events.hide.off(listener),
      }),
});

const commonApi = {
  onError: (listener) => events.error.on(listener),
  offError: (listener) => events.error.off(listener),
  onUnhandledRejection: (listener) => events.rejection.on(listener),
  offUnhandledRejection: (listener) => events.rejection.off(listener),
  onPageNotFound: (listener) => events.pageNotFound.on(listener),
  offPageNotFound: (listener) => events.pageNotFound.off(listener),
  exitMiniProgram: createApi("exitMiniProgram", () => () => {
    native.leave();
    return {};
  }),
};
