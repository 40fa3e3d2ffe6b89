// What a screen would show. There is none, so the host is told, and the app goes on as if its user had agreed.

import { failing } from "minigate:absence";
import { createApi } from "minigate:callbacks";
import { facts } from "minigate:facts";
import { native } from "minigate:native";
import { currentPage } from "minigate:navigation";
import { optional, required } from "minigate:options";
import { tellPage } from "minigate:page";
import { toText } from "minigate:primordials";

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
  setNavigationBarTitle: told("setNavigationBarTitle", "title"),
  setNavigationBarColor: told("setNavigationBarColor", "backgroundColor"),
  showNavigationBarLoading: told("showNavigationBarLoading"),
  hideNavigationBarLoading: told("hideNavigationBarLoading"),
  startPullDownRefresh: createApi("startPullDownRefresh", () => () => {
    native.show("startPullDownRefresh", "");
    if (currentPage() !== undefined) tellPage(currentPage(), "onPullDownRefresh");
    return {};
  }),
  stopPullDownRefresh: told("stopPullDownRefresh"),
  pageScrollTo: told("pageScrollTo"),
  setTabBarBadge: told("setTabBarBadge", "text"),
  removeTabBarBadge: told("removeTabBarBadge"),
  showTabBarRedDot: told("showTabBarRedDot"),
  hideTabBarRedDot: told("hideTabBarRedDot"),
  setTabBarItem: told("setTabBarItem", "text"),
  setTabBarStyle: told("setTabBarStyle"),
  setBackgroundColor: told("setBackgroundColor", "backgroundColor"),
  setBackgroundTextStyle: told("setBackgroundTextStyle", "textStyle"),
  hideHomeButton: told("hideHomeButton"),
  enableAlertBeforeUnload: told("enableAlertBeforeUnload", "message"),
  disableAlertBeforeUnload: told("disableAlertBeforeUnload"),
  previewImage: createApi("previewImage", (options) => {
    const urls = required(options, "urls", "Array");
    const current = options.current;
    const shown = toText(typeof current === "string" ? current : (urls[current ?? 0] ?? ""));
    return () => {
      native.show("previewImage", shown);
      return {};
    };
  }),
  previewMedia: told("previewMedia"),
  openDocument: told("openDocument", "filePath"),
  openLocation: told("openLocation", "name"),
  makePhoneCall: told("makePhoneCall", "phoneNumber"),
  saveImageToPhotosAlbum: told("saveImageToPhotosAlbum", "filePath"),
  saveVideoToPhotosAlbum: told("saveVideoToPhotosAlbum", "filePath"),
  addPhoneContact: told("addPhoneContact", "firstName"),
  openCustomerServiceChat: told("openCustomerServiceChat"),
  showShareMenu: told("showShareMenu"),
  hideShareMenu: told("hideShareMenu"),
  updateShareMenu: told("updateShareMenu"),
  showShareImageMenu: told("showShareImageMenu", "path"),
  navigateBackMiniProgram: told("navigateBackMiniProgram"),
  exitMiniProgram: told("exitMiniProgram"),
  loadFontFace: failing("loadFontFace", "no screen", "screen"),
  compressImage: failing("compressImage", "no screen", "screen"),
  setScreenBrightness: told("setScreenBrightness"),
  getScreenBrightness: createApi("getScreenBrightness", () => () => ({ value: 0.5 })),
  showTabBar: told("showTabBar"),
  hideTabBar: told("hideTabBar"),
  hideKeyboard: told("hideKeyboard"),
  vibrateShort: told("vibrateShort"),
  vibrateLong: told("vibrateLong"),
  setKeepScreenOn: told("setKeepScreenOn"),
  setClipboardData: createApi("setClipboardData", (options) => {
    const data = required(options, "data", "String");
    return () => {
      clipboard = data;
      native.show("setClipboardData", data);
      return { data };
    };
  }),
  getClipboardData: createApi("getClipboardData", () => () => ({ data: clipboard ?? facts().device.clipboard })),
};

/** What the app itself has put there; before that, what `device.clipboard` says. */
let clipboard;
