// What the host says about the app, its phone and its user.

import { native } from "minigate:native";
import { parseJson } from "minigate:primordials";

let known;

/** The facts, the same object each time; no app ever gets it. */
export const facts = () => (known ??= parseJson(native.config));
