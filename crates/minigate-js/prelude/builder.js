// `Component()` and `Behavior()` without a definition: one is put together call by call, until `register()`.

import { Behavior } from "minigate:behavior";
import { define, isArray, list, push, toArray } from "minigate:primordials";

/** The object on which all calls work; `finish` gets the definition. Each call is a behavior, in the order of the calls. */
export function createBuilder(finish) {
  const behaviors = list();
  const whole = { relations: {} };
  const add = (part) => {
    push(behaviors, Behavior(part));
    return builder;
  };
  const set = (name, value) => {
    define(whole, name, value);
    return builder;
  };
  const builder = {
    behavior(id) {
      push(behaviors, id);
      return builder;
    },
    data: (make) => add({ data: make() }),
    definition: (definition) => add(definition),
    export: (make) => set("export", make),
    externalClasses: () => builder,
    lifetime: (name, run) => add({ lifetimes: single(name, run) }),
    methods: (methods) => add({ methods }),
    observer: (fields, observer) => add({ observers: observerOf(fields, observer) }),
    options: (options) => set("options", options),
    pageLifetime: (name, run) => add({ pageLifetimes: single(name, run) }),
    property: (name, property) => add({ properties: single(name, property) }),
    register() {
      define(whole, "behaviors", toArray(behaviors));
      return finish(whole);
    },
    relation(name, relation) {
      define(whole.relations, name, relation);
      return builder;
    },
  };
  return builder;
}

function single(name, value) {
  const made = {};
  define(made, name, value);
  return made;
}

function observerOf(fields, observer) {
  const observers = list();
  push(observers, { fields: isArray(fields) ? joined(fields) : fields, observer });
  return toArray(observers);
}

function joined(fields) {
  let text = "";
  for (let index = 0; index < fields.length; index += 1) text += (index === 0 ? "" : ",") + fields[index];
  return text;
}
