// What only a user can give: an agreement, a name, a picture. Settings stand in for the user; without one the user says no.

import { absent } from "minigate:absence";
import { createApi } from "minigate:callbacks";
import { facts } from "minigate:facts";
import { sizeOf } from "minigate:files";
import { native } from "minigate:native";
import { Failure, optional, required } from "minigate:options";
import { define, floor, isArray, list, parseJson, push, stringify, toArray, toText } from "minigate:primordials";

/** The numbers of "user authorize denied" and "cancel". */
const DENIED = 103;

/** Whether the user refuses what users mostly agree to, as `user.refuses` says. */
export const refuses = (api) => includes(facts().user.refuses, api);

/** Whether the user agrees to what users mostly refuse, as `user.agrees` says. */
export function agrees(api) {
  if (includes(facts().user.agrees, api)) return true;
  absent(api, "user", "user.agrees");
  return false;
}

function includes(names, name) {
  for (let index = 0; index < names.length; index += 1) if (names[index] === name) return true;
  return false;
}

const agreed = (name, value) =>
  createApi(name, (options) => () => {
    if (!agrees(name)) throw new Failure("cancel");
    return value === undefined ? {} : value(options);
  });

/** A function whose result is one of the user's settings. */
const given = (name, setting, read) =>
  createApi(name, (options) => () => {
    const value = read(facts().user, options);
    if (value !== undefined) return value;
    absent(name, "user", setting);
    throw new Failure("cancel");
  });

const authSetting = () => {
  const setting = {};
  const { scopes } = facts().user;
  for (let index = 0; index < scopes.length; index += 1) define(setting, scopes[index], true);
  return setting;
};

const profile = (name) =>
  createApi(name, () => () => {
    const { user, device } = facts();
    if (user.name !== null) return signed(user, device);
    absent(name, "user", "user.name");
    throw new Failure("auth deny", DENIED);
  });

// Only the platform's servers could sign and encrypt it.
function signed(user, device) {
  const userInfo = {
    nickName: user.name,
    avatarUrl: user.avatar,
    gender: 0,
    city: "",
    province: "",
    country: "",
    language: device.language,
  };
  return { userInfo, rawData: stringify(userInfo), signature: "", encryptedData: "", iv: "" };
}

function files(user, kind) {
  if (user.files.length === 0) return undefined;
  const found = list();
  for (let index = 0; index < user.files.length; index += 1) push(found, file(user.files[index], kind));
  return toArray(found);
}

const file = (path, kind) =>
  kind === "media"
    ? { tempFilePath: path, size: sizeOf(path), fileType: "image" }
    : { path, size: sizeOf(path), name: path, type: "file" };

/** `wx.getLocation`: where `device.location` says, in whichever coordinates are asked for. */
const place = (name, lacking) =>
  createApi(name, () => () => {
    const { location } = facts().device;
    if (location !== null) return { ...location, name: "", address: "" };
    absent(name, "location", "device.location");
    throw lacking;
  });

const MESSAGES = "requestSubscribeMessage";

/** What a user is asked for. */
export const userApi = {
  getSetting: createApi("getSetting", () => () => ({ authSetting: authSetting() })),
  openSetting: createApi("openSetting", () => () => ({ authSetting: authSetting() })),
  authorize: createApi("authorize", (options) => {
    const scope = required(options, "scope", "String");
    return () => {
      if (includes(facts().user.scopes, scope)) return {};
      absent("authorize", "user", "user.scopes");
      throw new Failure("auth deny", DENIED);
    };
  }),
  getUserInfo: profile("getUserInfo"),
  getUserProfile: profile("getUserProfile"),
  getLocation: place("getLocation", new Failure("auth deny", DENIED)),
  getFuzzyLocation: place("getFuzzyLocation", new Failure("auth deny", DENIED)),
  chooseLocation: place("chooseLocation", new Failure("cancel")),
  chooseAddress: given("chooseAddress", "user.address", ({ address }) =>
    address === null ? undefined : { ...address },
  ),
  chooseInvoiceTitle: given("chooseInvoiceTitle", "", () => undefined),
  chooseImage: given("chooseImage", "user.files", (user) => {
    const tempFiles = files(user, "image");
    return tempFiles && { tempFilePaths: parseJson(stringify(user.files)), tempFiles };
  }),
  chooseMedia: given("chooseMedia", "user.files", (user) => {
    const tempFiles = files(user, "media");
    return tempFiles && { type: "image", tempFiles };
  }),
  chooseVideo: given("chooseVideo", "", () => undefined),
  chooseMessageFile: given("chooseMessageFile", "user.files", (user) => {
    const tempFiles = files(user, "file");
    return tempFiles && { tempFiles };
  }),
  scanCode: given("scanCode", "user.scan", ({ scan }) =>
    scan === null ? undefined : { result: scan, scanType: "QR_CODE", charSet: "UTF-8", path: "", rawData: "" },
  ),
  requestPayment: agreed("requestPayment"),
  navigateToMiniProgram: agreed("navigateToMiniProgram"),
  requestSubscribeMessage: createApi(MESSAGES, (options) => {
    const ids = required(options, "tmplIds", "Array");
    const answer = {};
    for (let index = 0; index < ids.length; index += 1) define(answer, toText(ids[index]), "reject");
    return () => {
      if (agrees(MESSAGES)) for (let index = 0; index < ids.length; index += 1) define(answer, toText(ids[index]), "accept");
      return answer;
    };
  }),
  showModal: createApi("showModal", (options) => {
    const title = optional(options, "title", "String", "");
    const content = optional(options, "content", "String", "");
    const isEditable = optional(options, "editable", "Boolean", false);
    return () => {
      native.show("showModal", title && content ? title + ": " + content : title + content);
      const confirm = !refuses("showModal");
      return { confirm, cancel: !confirm, content: confirm && isEditable ? facts().user.input : null };
    };
  }),
  showActionSheet: createApi("showActionSheet", (options) => {
    const items = required(options, "itemList", "Array");
    if (!isArray(items) || items.length === 0) throw new Failure("parameter error: parameter.itemList should not be empty;", 1001);
    const choice = floor(facts().user.choice);
    const tapIndex = choice < items.length ? choice : items.length - 1;
    const chosen = toText(items[tapIndex]);
    return () => {
      native.show("showActionSheet", chosen);
      if (refuses("showActionSheet")) throw new Failure("cancel");
      return { tapIndex };
    };
  }),
  requirePrivacyAuthorize: createApi("requirePrivacyAuthorize", () => () => {
    if (refuses("requirePrivacyAuthorize")) throw new Failure("privacy permission is not authorized", 104);
    return {};
  }),
  getPrivacySetting: createApi("getPrivacySetting", () => () => ({ needAuthorization: false, privacyContractName: "" })),
};
