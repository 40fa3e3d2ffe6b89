// Advertisements: there never is one, and their objects say so as the platform does.

import { absent } from "minigate:absence";
import { addEvents } from "minigate:audio";
import { define, SafePromise } from "minigate:primordials";

const EVENTS = ["Close", "Error", "Hide", "Load", "Resize"];
/** The number of "no suitable advertisement". */
const NO_AD = 1004;

const create = (name) => () => {
  const ad = { style: {} };
  const fire = addEvents(ad, EVENTS);
  const refuse = () => {
    absent(name, "ad");
    return new SafePromise((_, reject) => {
      const news = { errCode: NO_AD, errMsg: "no advertisement" };
      fire("Error", news);
      reject(news);
    });
  };
  define(ad, "load", refuse);
  define(ad, "show", refuse);
  define(ad, "hide", () => {});
  define(ad, "isShow", () => false);
  define(ad, "destroy", () => {});
  absent(name, "ad");
  fire("Error", { errCode: NO_AD, errMsg: "no advertisement" });
  return ad;
};

/** `wx.createRewardedVideoAd` and its like. */
export const adsApi = {
  createBannerAd: create("createBannerAd"),
  createCustomAd: create("createCustomAd"),
  createGridAd: create("createGridAd"),
  createInterstitialAd: create("createInterstitialAd"),
  createRewardedVideoAd: create("createRewardedVideoAd"),
};
