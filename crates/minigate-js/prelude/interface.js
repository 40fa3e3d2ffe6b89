// What a screen would show. There is none, so the host is told, and the app goes on as if its user had agreed.

import { createApi } from "minigate:callbacks";
import { native } from "minigate:native";
import { optional, parameterError, required } from "minigate:options";
import { isArray, toText } from "minigate:primordials";

const told = (name, member) =>
  createApi(name, (options) => {
    const text = member === undefined ? "" : toText(optional(options, member, "String", ""));
    return () => {
      native.show(name, text);
      return {};
    };
  });

/** `wx.showToast` and everything else that only shows. */
export const interfaceApi = {
  showToast: told("showToast", "title"),
  hideToast: told("hideToast"),
  showLoading: told("showLoading", "title"),
  hideLoading: told("hideLoading"),
  showModal: createApi("showModal", (options) => {
    const title = optional(options, "title", "String", "");
    const content = optional(options, "content", "String", "");
    const isEditable = optional(options, "editable", "Boolean", false);
    return () => {
      native.show("showModal", title && content ? title + ": " + content : title + content);
      return isEditable
        ? { confirm: true, cancel: false, content: "" }
        : { confirm: true, cancel: false, content: null };
    };
  }),
  showActionSheet: createApi("showActionSheet", (options) => {
    const items = required(options, "itemList", "Array");
    if (!isArray(items) || items.length === 0)
      throw parameterError("parameter.itemList should not be empty;");
    const first = toText(items[0]);
    return () => {
      native.show("showActionSheet", first);
      return { tapIndex: 0 };
    };
  }),
  setNavigationBarTitle: told("setNavigationBarTitle", "title"),
  setNavigationBarColor: told("setNavigationBarColor", "backgroundColor"),
  showNavigationBarLoading: told("showNavigationBarLoading"),
  hideNavigationBarLoading: told("hideNavigationBarLoading"),
  startPullDownRefresh: told("startPullDownRefresh"),
  stopPullDownRefresh: told("stopPullDownRefresh"),
  pageScrollTo: told("pageScrollTo"),
  setTabBarBadge: told("setTabBarBadge", "text"),
  removeTabBarBadge: told("removeTabBarBadge"),
  showTabBar: told("showTabBar"),
  hideTabBar: told("hideTabBar"),
  hideKeyboard: told("hideKeyboard"),
  vibrateShort: told("vibrateShort"),
  vibrateLong: told("vibrateLong"),
  setKeepScreenOn: told("setKeepScreenOn"),
  setClipboardData: createApi("setClipboardData", (options) => {
    clipboard = required(options, "data", "String");
    return () => {
      native.show("setClipboardData", clipboard);
      return { data: clipboard };
    };
  }),
  getClipboardData: createApi("getClipboardData", () => () => ({ data: clipboard })),
};

let clipboard = "";
