// What a mini-game has in the place of pages: a canvas, frames and touches.

import { absentView, failing } from "minigate:absence";
import { createCanvas, createImage } from "minigate:canvas";
import { createApi } from "minigate:callbacks";
import { facts } from "minigate:facts";
import { createEvent } from "minigate:lifecycle";
import { native } from "minigate:native";
import { Failure } from "minigate:options";
import { define, SafeTypeError } from "minigate:primordials";
import { loadPackage } from "minigate:packages";
import { clearFrame, startFrame } from "minigate:timers";

const EVENTS = [
  "KeyDown", "KeyUp", "KeyboardComplete", "KeyboardConfirm", "KeyboardInput", "MouseDown", "MouseMove", "MouseUp",
  "ShareAppMessage", "ShareTimeline", "AddToFavorites", "TouchCancel", "TouchEnd", "TouchMove", "TouchStart", "Wheel",
];
const SHARES = ["shareAppMessage", "updateKeyboard", "showKeyboard"];

let framesPerSecond = 60;
let isFirst = true;

/** Puts the functions of frames on a game's global object. */
export function installFrames() {
  define(globalThis, "requestAnimationFrame", (callback) => {
    if (typeof callback !== "function") throw new SafeTypeError("requestAnimationFrame needs a function");
    return startFrame(callback, 1000 / framesPerSecond);
  });
  define(globalThis, "cancelAnimationFrame", clearFrame);
}

/** The members of `wx` that only games have. */
export function createGameApi() {
  const api = {
    createCanvas() {
      const { width, height } = isFirst ? facts().device : { width: 300, height: 150 };
      isFirst = false;
      return createCanvas(width, height);
    },
    createImage,
    setPreferredFramesPerSecond(count) {
      if (count >= 1 && count <= 60) framesPerSecond = count;
    },
    getOpenDataContext: () => ({ canvas: createCanvas(300, 150), postMessage: () => absentView("getOpenDataContext") }),
    loadFont() {
      absentView("loadFont");
      return null;
    },
    getTextLineHeight: ({ fontSize }) => fontSize * 1.2,
    triggerGC() {},
    hideKeyboard: createApi("hideKeyboard", () => () => ({})),
    loadSubpackage,
    getFriendCloudStorage: failing("getFriendCloudStorage", "no friends", "user"),
    getGroupEnterInfo: failing("getGroupEnterInfo", "no group", "user"),
    setUserCloudStorage: createApi("setUserCloudStorage", () => () => ({})),
  };
  for (let index = 0; index < SHARES.length; index += 1) define(api, SHARES[index], shown(SHARES[index]));
  for (let index = 0; index < EVENTS.length; index += 1) {
    const event = createEvent();
    define(api, "on" + EVENTS[index], (listener) => event.on(listener));
    define(api, "off" + EVENTS[index], (listener) => event.off(listener));
  }
  return api;
}

const shown = (name) => (options) => {
  const title = options?.title;
  native.show(name, typeof title === "string" ? title : "");
};

/** `wx.loadSubpackage({name})`: its code is there already, so its first file runs. */
function loadSubpackage(options) {
  const progress = createEvent();
  const load = createApi("loadSubpackage", ({ name }) => () => {
    if (!loadPackage(name)) throw new Failure("subpackage " + name + " not found");
    progress.emit({ progress: 100, totalBytesWritten: 0, totalBytesExpectedToWrite: 0 });
    return {};
  });
  load(options);
  return { onProgressUpdate: (listener) => progress.on(listener) };
}
