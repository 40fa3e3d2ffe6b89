// Which file defines which page or component.

import { filterDefinition } from "minigate:behavior";
import { createBuilder } from "minigate:builder";
import { componentBlueprint, pageBlueprint } from "minigate:blueprint";
import { reportException, reportOmission } from "minigate:errors";
import { load, running } from "minigate:modules";
import { native } from "minigate:native";
import { isObject, mapGet, mapSet, parseJson, SafeMap, SafeTypeError } from "minigate:primordials";

/** Blueprints by the path of the file that defines them. */
const blueprints = new SafeMap();
/** For each file that may define a component: which files its tags lead to. */
const uses = new SafeMap();

/** `Page(options)`: defines the page whose file runs; a helper that calls it does so for that file. */
export function Page(options) {
  if (!isObject(options)) throw new SafeTypeError("Page needs an object");
  const file = definingFile("Page");
  filterDefinition(options);
  mapSet(blueprints, file, pageBlueprint(options));
}

/** `Component(options)`: defines the component, or the page, whose file runs; without options it gives a builder. */
export function Component(options) {
  const file = definingFile("Component");
  if (options === undefined) return createBuilder((definition) => defineComponent(file, definition));
  if (!isObject(options)) throw new SafeTypeError("Component needs an object");
  return defineComponent(file, options);
}

function defineComponent(file, options) {
  filterDefinition(options);
  mapSet(blueprints, file, componentBlueprint(options));
}

function definingFile(name) {
  for (let index = running.length - 1; index >= 0; index -= 1) {
    const file = running[index];
    if (native.isPage(file) || mapGet(uses, file) !== undefined) return file;
  }
  throw new SafeTypeError(name + " can be called only while the file of a page or a component runs");
}

/** Runs a page's file, those of the components that it uses first; gives its blueprint if it defines one. */
export function pageOf(file) {
  loadUsed(file);
  load(file);
  return mapGet(blueprints, file);
}

/** The blueprint of a component that was loaded; undefined where its file defines none. */
export const componentOf = (file) => mapGet(blueprints, file);

/** The files of the components that a file's tags lead to, by tag. */
export const usedBy = (file) => mapGet(uses, file) ?? { __proto__: null };

/** Runs a component's file and those of the components that it uses; one that fails leaves the others alone. */
export function loadComponent(file) {
  if (mapGet(uses, file) !== undefined) return;
  loadUsed(file);
  try {
    load(file);
    if (componentOf(file) === undefined)
      reportOmission('component "' + file + '" is not registered: its file calls no Component()');
  } catch (error) {
    reportException(error);
  }
}

function loadUsed(file) {
  if (mapGet(uses, file) !== undefined) return;
  const { found, missing } = parseJson(native.components(file));
  const tags = { __proto__: null };
  mapSet(uses, file, tags);
  for (let index = 0; index < missing.length; index += 1) reportOmission(missing[index]);
  for (let index = 0; index < found.length; index += 1) {
    tags[found[index].tag] = found[index].file;
    loadComponent(found[index].file);
  }
}
