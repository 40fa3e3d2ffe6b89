// Sensors and events of a phone. The listeners are kept, and nothing ever happens here that they would hear of.

import { failing } from "minigate:absence";
import { createEvent } from "minigate:lifecycle";
import { define } from "minigate:primordials";

/** Sensors that are started, heard and stopped. */
const SENSORS = ["Accelerometer", "Compass", "DeviceMotionListening", "Gyroscope"];
const HEARD = { __proto__: null, DeviceMotionListening: "DeviceMotion" };

/** Events that only a screen, a user or a phone causes. */
const EVENTS = [
  "AudioInterruptionBegin", "AudioInterruptionEnd", "BatteryInfoChange", "CopyUrl", "KeyboardHeightChange",
  "LocationChange", "LocationChangeError", "MemoryWarning", "NeedPrivacyAuthorization", "ScreenRecordingStateChanged",
  "ThemeChange", "UserCaptureScreen", "WindowResize",
];

/** `wx.startCompass`, `wx.onThemeChange` and their like. */
export function createSensorApi() {
  const api = {};
  for (let index = 0; index < SENSORS.length; index += 1) addSensor(api, SENSORS[index]);
  for (let index = 0; index < EVENTS.length; index += 1) addEvent(api, EVENTS[index]);
  return api;
}

function addSensor(api, name) {
  define(api, "start" + name, failing("start" + name, "not support", "sensor"));
  define(api, "stop" + name, failing("stop" + name, "not enabled", "sensor"));
  addEvent(api, (HEARD[name] ?? name) + "Change");
}

function addEvent(api, name) {
  const event = createEvent();
  define(api, "on" + name, (listener) => event.on(listener));
  define(api, "off" + name, (listener) => event.off(listener));
}
