// `Behavior`: definitions that components share, known to the app by an ID.

import { createBuilder } from "minigate:builder";
import {
  apply,
  isArray,
  isObject,
  list,
  mapGet,
  mapSet,
  mapSize,
  push,
  SafeMap,
  SafeTypeError,
  startsWith,
  toArray,
} from "minigate:primordials";

/** Definitions by ID. */
const behaviors = new SafeMap();

/** `Behavior(options)`: gives the ID under which others name it; without options it gives a builder. */
export function Behavior(options) {
  if (options === undefined) return createBuilder(Behavior);
  if (!isObject(options)) throw new SafeTypeError("Behavior needs an object");
  filterDefinition(options);
  const id = "behavior#" + (mapSize(behaviors) + 1);
  mapSet(behaviors, id, options);
  return id;
}

/** Whether an ID names a behavior of the platform's own. */
export const isBuiltIn = (id) => typeof id === "string" && startsWith(id, "wx://");

/** The definition behind an ID; undefined where there is none. */
export const behaviorOf = (id) => (typeof id === "string" ? mapGet(behaviors, id) : undefined);

/** The IDs that a definition names. */
export function behaviorsOf(definition) {
  const named = definition.behaviors;
  const ids = list();
  if (!isArray(named)) return ids;
  for (let index = 0; index < named.length; index += 1) push(ids, named[index]);
  return ids;
}

/** Lets each behavior that a definition names change it: `definitionFilter(definition, filters of its own behaviors)`. */
export function filterDefinition(definition) {
  const ids = behaviorsOf(definition);
  for (let index = 0; index < ids.length; index += 1) {
    const behavior = behaviorOf(ids[index]);
    const filter = behavior?.definitionFilter;
    if (typeof filter !== "function") continue;
    const args = list();
    push(args, definition);
    push(args, filtersOf(behavior));
    apply(filter, behavior, args);
  }
}

function filtersOf(definition) {
  const ids = behaviorsOf(definition);
  const filters = list();
  for (let index = 0; index < ids.length; index += 1) {
    const filter = behaviorOf(ids[index])?.definitionFilter;
    if (typeof filter === "function") push(filters, filter);
  }
  return toArray(filters);
}
