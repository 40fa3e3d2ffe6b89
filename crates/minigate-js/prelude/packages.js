// Sub-packages. All code lies beside the project, so what the platform would fetch first is there at once.

import { reportException } from "minigate:errors";
import { load } from "minigate:modules";
import { native } from "minigate:native";
import { Failure } from "minigate:options";
import { indexOf, slice, startsWith } from "minigate:primordials";

const SCHEME = "plugin://";

/** Runs the first file of a game's sub-package, which its name or its root names; false where there is none. */
export function loadPackage(name) {
  const file = typeof name === "string" ? native.packageFile(name) : undefined;
  if (file === undefined) return false;
  try {
    load(file);
  } catch (error) {
    reportException(error);
  }
  return true;
}

/** Refuses a page of a plugin: `plugin://name/page`. */
export function refusePlugin(url) {
  if (!startsWith(url, SCHEME)) return;
  const path = slice(url, SCHEME.length);
  const end = indexOf(path, "/");
  throw new Failure(native.plugin(end < 0 ? path : slice(path, 0, end)));
}
