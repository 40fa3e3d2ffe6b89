// Where the app runs: a made-up phone, the same on each run.

import { createApi } from "minigate:callbacks";
import { invoke } from "minigate:errors";
import { native } from "minigate:native";
import { Failure } from "minigate:options";
import { hasOwn, indexOf, list, push, slice } from "minigate:primordials";
import { soon } from "minigate:timers";

const windowInfo = () => ({
  pixelRatio: 3,
  screenWidth: 375,
  screenHeight: 812,
  windowWidth: 375,
  windowHeight: 728,
  statusBarHeight: 44,
  screenTop: 84,
  safeArea: { left: 0, right: 375, top: 44, bottom: 778, width: 375, height: 734 },
});

const deviceInfo = (config) => ({
  abi: "arm64",
  benchmarkLevel: 40,
  brand: "minigate",
  model: "minigate",
  system: config.system,
  platform: config.platform,
  cpuType: "unknown",
  memorySize: "4096",
});

const baseInfo = (config) => ({
  SDKVersion: config.sdkVersion,
  enableDebug: false,
  host: { env: "WeChat", appId: "", version: 0 },
  language: "zh_CN",
  version: config.hostVersion,
  theme: "light",
  fontSizeSetting: 16,
});

const systemInfo = (config) => ({
  ...windowInfo(),
  ...deviceInfo(config),
  ...baseInfo(config),
  errMsg: "getSystemInfo:ok",
});

/** `wx.getSystemInfo`, `wx.login` and what else an app asks its host about itself. `wx` is the object itself. */
export function createDeviceApi(config, wx, enterOptions) {
  const system = (name) => createApi(name, () => () => systemInfo(config));
  return {
    env: { USER_DATA_PATH: config.userDataPath },
    getSystemInfo: system("getSystemInfo"),
    getSystemInfoAsync: system("getSystemInfoAsync"),
    getSystemInfoSync: () => systemInfo(config),
    getWindowInfo: windowInfo,
    getDeviceInfo: () => deviceInfo(config),
    getAppBaseInfo: () => baseInfo(config),
    getMenuButtonBoundingClientRect: () => ({
      width: 87,
      height: 32,
      left: 281,
      top: 48,
      right: 368,
      bottom: 80,
    }),
    getAccountInfoSync: () => ({
      miniProgram: { appId: config.appId, envVersion: config.envVersion, version: config.version },
      plugin: {},
    }),
    getLaunchOptionsSync: enterOptions,
    getEnterOptionsSync: enterOptions,
    login: createApi("login", () => () => ({ code: native.code() })),
    checkSession: createApi("checkSession", () => () => ({})),
    getNetworkType: createApi("getNetworkType", () => () => ({ networkType: "wifi", hasSystemProxy: false })),
    getSetting: createApi("getSetting", () => () => ({ authSetting: {} })),
    getUserInfo: createApi("getUserInfo", () => () => {
      throw new Failure("auth deny");
    }),
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
  };
}

/** `canIUse("request.object.timeout")`: only the function's name can be answered for. */
function canIUse(wx, schema) {
  if (typeof schema !== "string") return false;
  const dot = indexOf(schema, ".");
  const name = dot < 0 ? schema : slice(schema, 0, dot);
  return hasOwn(wx, name);
}
