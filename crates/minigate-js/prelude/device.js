// Where the app runs: a made-up phone, the same on each run.

import { arrayBufferToBase64, base64ToArrayBuffer } from "minigate:base64";
import { createApi } from "minigate:callbacks";
import { canIUse } from "minigate:capability";
import { createConsole } from "minigate:console";
import { invoke } from "minigate:errors";
import { facts } from "minigate:facts";
import { native } from "minigate:native";
import { define, list, push } from "minigate:primordials";
import { soon } from "minigate:timers";

const windowInfo = () => {
  const { width, height, pixel_ratio: pixelRatio } = facts().device;
  const bottom = height - HOME_BAR;
  return {
    pixelRatio,
    screenWidth: width,
    screenHeight: height,
    windowWidth: width,
    windowHeight: height - STATUS_BAR - TITLE_BAR,
    statusBarHeight: STATUS_BAR,
    screenTop: STATUS_BAR + TITLE_BAR,
    safeArea: { left: 0, right: width, top: STATUS_BAR, bottom, width, height: bottom - STATUS_BAR },
  };
};

const STATUS_BAR = 44;
const TITLE_BAR = 40;
const HOME_BAR = 34;

const deviceInfo = () => {
  const { brand, model, system } = facts().device;
  return {
    abi: "arm64",
    benchmarkLevel: 40,
    brand,
    model,
    system,
    platform: facts().platform,
    cpuType: "unknown",
    memorySize: "4096",
  };
};

const baseInfo = () => {
  const { sdk_version: SDKVersion, host_version: version, language, theme } = facts().device;
  return {
    SDKVersion,
    enableDebug: false,
    host: { env: "WeChat", appId: "", version: 0 },
    language,
    version,
    theme,
    fontSizeSetting: 16,
  };
};

const systemSetting = () => ({
  bluetoothEnabled: false,
  locationEnabled: facts().device.location !== null,
  wifiEnabled: true,
  deviceOrientation: "portrait",
});

const batteryInfo = () => ({ level: 100, isCharging: true, isLowPowerModeEnabled: false });

const systemInfo = () => ({
  ...windowInfo(),
  ...deviceInfo(),
  ...baseInfo(),
  ...systemSetting(),
  errMsg: "getSystemInfo:ok",
});

/** `wx.getSystemInfo`, `wx.login` and what else an app asks its host about itself. `wx` is the object itself. */
export function createDeviceApi(wx, launchOptions, enterOptions) {
  const config = facts();
  const system = (name) => createApi(name, () => () => systemInfo());
  return {
    env: { USER_DATA_PATH: config.userDataPath },
    getSystemInfo: system("getSystemInfo"),
    getSystemInfoAsync: system("getSystemInfoAsync"),
    getSystemInfoSync: systemInfo,
    getWindowInfo: windowInfo,
    getDeviceInfo: deviceInfo,
    getAppBaseInfo: baseInfo,
    getSystemSetting: systemSetting,
    getAppAuthorizeSetting: authorizations,
    getMenuButtonBoundingClientRect: menuButton,
    getBatteryInfo: createApi("getBatteryInfo", () => batteryInfo),
    getBatteryInfoSync: batteryInfo,
    getAccountInfoSync: () => ({
      miniProgram: { appId: config.appId, envVersion: config.envVersion, version: config.version },
      plugin: {},
    }),
    getLaunchOptionsSync: launchOptions,
    getEnterOptionsSync: enterOptions,
    login: createApi("login", () => () => ({ code: native.code() })),
    checkSession: createApi("checkSession", () => () => ({})),
    getUpdateManager: () => ({
      onCheckForUpdate(listener) {
        if (typeof listener !== "function") return;
        const args = list();
        push(args, { hasUpdate: false });
        soon(() => invoke(listener, undefined, args));
      },
      onUpdateReady() {},
      onUpdateFailed() {},
      applyUpdate() {},
    }),
    nextTick(callback) {
      if (typeof callback === "function") soon(() => invoke(callback));
    },
    canIUse: (schema) => canIUse(wx, schema),
    arrayBufferToBase64,
    base64ToArrayBuffer,
    getExtConfig: createApi("getExtConfig", () => () => ({ extConfig: {} })),
    getExtConfigSync: () => ({}),
    getLogManager: createLog,
    getRealtimeLogManager: createLog,
    reportAnalytics() {},
    reportEvent() {},
    reportMonitor() {},
    reportPerformance() {},
    setEnableDebug: createApi("setEnableDebug", () => () => ({})),
    setInnerAudioOption: createApi("setInnerAudioOption", () => () => ({})),
  };
}

const menuButton = () => {
  const right = facts().device.width - 7;
  return { width: 87, height: 32, left: right - 87, top: 48, right, bottom: 80 };
};

const authorizations = () => ({
  albumAuthorized: "not determined",
  bluetoothAuthorized: "not determined",
  cameraAuthorized: "not determined",
  locationAuthorized: facts().device.location === null ? "not determined" : "authorized",
  locationReducedAccuracy: false,
  microphoneAuthorized: "not determined",
  notificationAuthorized: "not determined",
  phoneCalendarAuthorized: "not determined",
});

/** A log that the platform would keep for the developer: its lines go to the console. */
function createLog() {
  const { debug, error, info, warn } = createConsole();
  const log = { debug, info, log: info, warn, error, setFilterMsg() {}, addFilterMsg() {} };
  define(log, "tag", () => log);
  return log;
}
