// `wx.createAnimation`: steps, exported as the WXML's `animation` takes them.

import { define, isObject, list, push, toArray } from "minigate:primordials";

const STYLES = ["backgroundColor", "bottom", "height", "left", "opacity", "right", "top", "width"];
const TRANSFORMS = [
  "matrix", "matrix3d", "rotate", "rotate3d", "rotateX", "rotateY", "rotateZ", "scale", "scale3d", "scaleX", "scaleY",
  "scaleZ", "skew", "skewX", "skewY", "translate", "translate3d", "translateX", "translateY", "translateZ",
];
const UNITLESS = { __proto__: null, backgroundColor: true, opacity: true };

/** `wx.createAnimation(options)`. */
export function createAnimation(options) {
  const defaults = isObject(options) ? options : {};
  const state = { __proto__: null, actions: list(), animates: list() };
  const animation = {
    step(own) {
      const option = timing(defaults, isObject(own) ? own : {});
      push(state.actions, { animates: toArray(state.animates), option });
      state.animates = list();
      return animation;
    },
    export() {
      const actions = toArray(state.actions);
      state.actions = list();
      return { actions };
    },
  };
  addAll(animation, state, STYLES, (name, args) => ({ type: "style", args: [name, length(name, args[0])] }));
  addAll(animation, state, TRANSFORMS, (name, args) => ({ type: name, args }));
  return animation;
}

function addAll(animation, state, names, describe) {
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    define(animation, name, (...args) => {
      push(state.animates, describe(name, args));
      return animation;
    });
  }
}

const length = (name, value) => (typeof value === "number" && !UNITLESS[name] ? value + "px" : value);

function timing(defaults, own) {
  const value = (name, fallback) => own[name] ?? defaults[name] ?? fallback;
  const transition = {
    duration: value("duration", 400),
    timingFunction: value("timingFunction", "linear"),
    delay: value("delay", 0),
  };
  return { transformOrigin: value("transformOrigin", "50% 50% 0"), transition };
}
