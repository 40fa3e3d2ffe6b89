// What a run without a screen, a user and a phone can't do: each function says so once.

import { createApi } from "minigate:callbacks";
import { native } from "minigate:native";
import { Failure } from "minigate:options";

const told = { __proto__: null };

/** Tells the host what a function lacks, and which setting would make up for it. */
export function absent(api, lack, setting = "") {
  if (told[api]) return;
  told[api] = true;
  native.absent(api, lack, setting);
}

/** The same for what needs a screen. */
export const absentView = (api) => absent(api, "screen");

/** A function of the convention that always fails in the platform's words. */
export const failing = (name, text, lack, setting) =>
  createApi(name, () => () => {
    absent(name, lack, setting);
    throw new Failure(text);
  });
