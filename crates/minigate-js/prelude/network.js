// What the app may know of its network: `wx.getNetworkType` and its like.

import { createApi } from "minigate:callbacks";
import { createEvent } from "minigate:lifecycle";
import { native } from "minigate:native";
import { Failure } from "minigate:options";
import { parseJson } from "minigate:primordials";

const statusChange = createEvent();
const weakChange = createEvent();

/** The type that says that there is none. */
const NONE = "none";

/** `wx.getNetworkType`, `wx.onNetworkStatusChange` and so on. */
export const networkApi = {
  getNetworkType: createApi("getNetworkType", () => () => {
    const { networkType, signalStrength, hasSystemProxy, weakNet } = look();
    return { networkType, signalStrength, hasSystemProxy, weakNet };
  }),
  getLocalIPAddress: createApi("getLocalIPAddress", () => () => {
    const { networkType, localip, netmask } = look();
    if (networkType === NONE) throw new Failure("no network");
    return { localip, netmask };
  }),
  onNetworkStatusChange: (listener) => statusChange.on(listener),
  offNetworkStatusChange: (listener) => statusChange.off(listener),
  onNetworkWeakChange: (listener) => weakChange.on(listener),
  offNetworkWeakChange: (listener) => weakChange.off(listener),
};

/** The network changed, or how good it is did. */
export function onNetworkEvent(event, news) {
  const { networkType, weakNet } = parseJson(news);
  if (event === "network-status") return statusChange.emit({ isConnected: networkType !== NONE, networkType });
  return weakChange.emit({ weakNet, networkType });
}

const look = () => parseJson(native.network());
