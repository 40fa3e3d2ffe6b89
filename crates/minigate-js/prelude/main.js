// The prelude's front door: puts the app's surface together and hands the host the function that takes all events.

import { adsApi } from "minigate:ads";
import { createAnimation } from "minigate:animation";
import { App, getApp, hideApp, launchApp, showApp } from "minigate:app";
import { audioApi } from "minigate:audio";
import { Behavior } from "minigate:behavior";
import { onAnswer } from "minigate:asking";
import { onCallEvent } from "minigate:calls";
import { canvasApi } from "minigate:canvas";
import { cloudApi } from "minigate:cloud";
import { createConsole } from "minigate:console";
import { installDate } from "minigate:date";
import { createDeviceApi } from "minigate:device";
import { invoke, reportException, reportRejection } from "minigate:errors";
import { facts } from "minigate:facts";
import { createFileApi, onFileEvent } from "minigate:files";
import { createGameApi, installFrames } from "minigate:game";
import { callMethod, readData } from "minigate:handle";
import { interfaceApi } from "minigate:interface";
import { createLifecycleApi } from "minigate:lifecycle";
import { load, requirePlugin } from "minigate:modules";
import { connect, native } from "minigate:native";
import { currentPage, getCurrentPages, navigationApi, openAnew, openFirst } from "minigate:navigation";
import { networkApi, onNetworkEvent } from "minigate:network";
import { socketApi } from "minigate:onesocket";
import { tellPage } from "minigate:page";
import { define, enumerableKeys, parseJson, SafeTypeError } from "minigate:primordials";
import { Component, Page } from "minigate:registry";
import { createRequestApi } from "minigate:request";
import { routesApi } from "minigate:routes";
import { seal } from "minigate:seal";
import { createSensorApi } from "minigate:sensors";
import { connectSocket, onSocketEvent } from "minigate:socket";
import { installStacks } from "minigate:stack";
import { storageApi } from "minigate:storage";
import { loadTests, runTest } from "minigate:test";
import { installTimers, onSoon, onTimer } from "minigate:timers";
import { transferApi } from "minigate:transfer";
import { userApi } from "minigate:user";
import { viewApi } from "minigate:view";

/** What `getLaunchOptionsSync` gives. */
let launchOptions = { path: "", query: {}, scene: 1001, referrerInfo: {} };
/** What `getEnterOptionsSync` gives: how the app was opened last. */
let enterOptions = launchOptions;

/** Builds the realm over the host's functions; gives the one function that takes events. */
export function boot(functions) {
  connect(functions);
  const config = facts();
  define(globalThis, "wx", createWx(config));
  installGlobals(config);
  if (config.ownsTime) installDate();
  installTimers();
  installStacks();
  seal();
  return receive;
}

function createWx(config) {
  const wx = {};
  const parts = [
    createRequestApi(),
    transferApi,
    { connectSocket },
    socketApi,
    config.kind === "game" ? createGameApi() : navigationApi,
    interfaceApi,
    userApi,
    viewApi,
    routesApi,
    { createAnimation },
    canvasApi,
    audioApi,
    adsApi,
    cloudApi,
    createSensorApi(),
    storageApi,
    createFileApi(),
    createLifecycleApi(config.kind === "game"),
    networkApi,
    createDeviceApi(
      wx,
      () => ({ ...launchOptions }),
      () => ({ ...enterOptions }),
    ),
  ];
  for (let part = 0; part < parts.length; part += 1) {
    const names = enumerableKeys(parts[part]);
    for (let index = 0; index < names.length; index += 1) define(wx, names[index], parts[part][names[index]]);
  }
  return wx;
}

function installGlobals(config) {
  define(globalThis, "console", createConsole(), false);
  define(globalThis, "global", globalThis, false);
  define(globalThis, "queueMicrotask", queueMicrotask, false);
  delete globalThis.print;
  if (config.kind === "game") {
    installFrames();
    return define(globalThis, "GameGlobal", globalThis, false);
  }
  define(globalThis, "requirePlugin", requirePlugin);
  define(globalThis, "App", App);
  define(globalThis, "getApp", getApp);
  define(globalThis, "Page", Page);
  define(globalThis, "Component", Component);
  define(globalThis, "Behavior", Behavior);
  return define(globalThis, "getCurrentPages", getCurrentPages);
}

const enqueue = globalThis.queueMicrotask;

// The engine's own would lose what the callback throws.
function queueMicrotask(callback) {
  if (typeof callback !== "function") throw new SafeTypeError("queueMicrotask needs a function");
  enqueue(() => {
    invoke(callback);
  });
}

/** Takes an event of the host. Nothing that the app throws comes out of it. */
function receive(event, id, payload, extra) {
  forgetError();
  switch (event) {
    case "timer":
      return onTimer(id, payload);
    case "soon":
      return guard(() => onSoon(id));
    case "launch":
      return guard(() => launch(payload, parseJson(extra)));
    case "game":
      return guard(() => launchGame(payload, parseJson(extra)));
    case "show":
      return guard(() => show(payload));
    case "hide":
      return guard(() => hide(id));
    case "method":
      return guard(() => callMethod(payload));
    case "data":
      return guard(readData);
    case "file":
      return guard(() => onFileEvent(id, payload, extra));
    case "network-status":
    case "network-weak":
      return guard(() => onNetworkEvent(event, payload));
    case "socketAccepted":
    case "socketOpened":
    case "socketMessage":
    case "socketSent":
    case "socketClosed":
      return guard(() => onSocketEvent(event, id, payload));
    case "tests":
      return guard(() => loadTests(payload));
    case "test":
      return guard(() => runTest(id));
    case "answer":
      return guard(() => onAnswer(id, payload, extra));
    case "rejection":
      return reportRejection(id, payload);
    default:
      return guard(() => onCallEvent(event, id, payload, extra));
  }
}

// While the engine remembers an error that only it has caught, its host isn't told of values that aren't errors, and a
// `null` for want of memory is one of those.
function forgetError() {
  try {
    throw undefined;
  } catch {
    return;
  }
}

function guard(work) {
  try {
    work();
  } catch (error) {
    reportException(error);
  }
}

function launch(appFile, enter) {
  launchOptions = enterOptions = entry(enter);
  launchApp(appFile, { ...enterOptions });
  if (enter.path !== "") openFirst(enter.path, enter.query);
}

function launchGame(gameFile, enter) {
  launchOptions = enterOptions = entry(enter);
  load(gameFile);
}

const entry = ({ path, query, scene }) => ({ path, query, scene, referrerInfo: {} });

/** The app returns; `text` says how, where it was opened anew. */
function show(text) {
  const enter = text === undefined ? undefined : parseJson(text);
  if (enter !== undefined) enterOptions = entry({ ...enter, path: enter.path || enterOptions.path });
  showApp({ ...enterOptions });
  if (enter !== undefined && enter.path !== "") openAnew(enter.path, enter.query);
  else if (currentPage() !== undefined) tellPage(currentPage(), "onShow");
}

function hide(reason) {
  if (currentPage() !== undefined) tellPage(currentPage(), "onHide");
  hideApp({ reason });
}
