// Sound that nobody hears: its objects keep their state and fire the events that go with it.

import { absent, failing } from "minigate:absence";
import { createEvent } from "minigate:lifecycle";
import { define, defineProperty, toLowerCase } from "minigate:primordials";
import { soon } from "minigate:timers";

const EVENTS = [
  "Canplay", "Ended", "Error", "Next", "Pause", "Play", "Prev", "Seeked", "Seeking", "Stop", "TimeUpdate", "Waiting",
];
const RECORDER_EVENTS = ["Error", "FrameRecorded", "InterruptionBegin", "InterruptionEnd", "Pause", "Resume", "Start", "Stop"];

/** An audio object: `play` fires `onPlay`, and so on; it never comes to its end. */
function createAudio() {
  const audio = {
    startTime: 0, autoplay: false, loop: false, obeyMuteSwitch: true, volume: 1, playbackRate: 1,
    duration: 0, currentTime: 0, paused: true, buffered: 0,
  };
  const fire = addEvents(audio, EVENTS);
  addSource(audio, fire);
  define(audio, "play", () => {
    audio.paused = false;
    fire("Play");
  });
  define(audio, "pause", () => halt(audio, fire, "Pause"));
  define(audio, "stop", () => halt(audio, fire, "Stop"));
  define(audio, "seek", (position) => {
    audio.currentTime = position;
    fire("Seeking");
    fire("Seeked");
  });
  define(audio, "destroy", () => {
    audio.paused = true;
  });
  return audio;
}

function halt(audio, fire, event) {
  audio.paused = true;
  if (event === "Stop") audio.currentTime = 0;
  fire(event);
}

function addSource(audio, fire) {
  let source = "";
  const change = (value) => {
    source = value;
    absent("audio", "sound");
    fire("Canplay");
    if (audio.autoplay) audio.play();
  };
  defineProperty(audio, "src", { __proto__: null, get: () => source, set: change, enumerable: true });
}

/** Gives an object `onX` and `offX`; the result fires an event in a turn of its own. */
export function addEvents(target, names) {
  const events = { __proto__: null };
  for (let index = 0; index < names.length; index += 1) {
    const event = createEvent();
    events[names[index]] = event;
    define(target, "on" + names[index], (listener) => event.on(listener));
    define(target, "off" + names[index], (listener) => event.off(listener));
  }
  return (name, news = {}) => soon(() => events[name].emit(news));
}

function createRecorder() {
  const recorder = {};
  const fire = addEvents(recorder, RECORDER_EVENTS);
  define(recorder, "start", () => {
    absent("getRecorderManager", "microphone");
    fire("Error", { errMsg: "operateRecorder:fail auth deny" });
  });
  const idle = ["pause", "resume", "stop"];
  for (let index = 0; index < idle.length; index += 1) define(recorder, idle[index], () => {});
  return recorder;
}

/** A context whose every function needs a screen or a camera. */
function createDevice(name, functions, lack) {
  const device = {};
  for (let index = 0; index < functions.length; index += 1) {
    const full = name + "." + functions[index];
    define(device, functions[index], failing(full, "no " + toLowerCase(lack), lack));
  }
  return device;
}

const VIDEO = ["exitFullScreen", "hideStatusBar", "pause", "play", "playbackRate", "requestFullScreen", "seek", "sendDanmu", "showStatusBar", "stop"];
const CAMERA = ["setZoom", "startRecord", "stopRecord", "takePhoto"];
const PUSHER = ["mute", "pause", "resume", "snapshot", "start", "stop", "switchCamera", "toggleTorch"];
const PLAYER = ["exitFullScreen", "mute", "pause", "play", "requestFullScreen", "resume", "snapshot", "stop"];
const MAP = ["getCenterLocation", "getRegion", "getScale", "includePoints", "moveToLocation", "translateMarker"];

let background;
let recorder;

/** `wx.createInnerAudioContext` and its like. */
export const audioApi = {
  createInnerAudioContext: createAudio,
  createAudioContext: createAudio,
  getBackgroundAudioManager: () => (background ??= createAudio()),
  getRecorderManager: () => (recorder ??= createRecorder()),
  createVideoContext: () => createDevice("VideoContext", VIDEO, "screen"),
  createCameraContext: () => createDevice("CameraContext", CAMERA, "camera"),
  createLivePusherContext: () => createDevice("LivePusherContext", PUSHER, "camera"),
  createLivePlayerContext: () => createDevice("LivePlayerContext", PLAYER, "screen"),
  createMapContext: () => createDevice("MapContext", MAP, "screen"),
};
