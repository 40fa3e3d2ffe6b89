// Canvas without pixels: drawing is accepted, and what would have to look at the picture fails.

import { absentView, failing } from "minigate:absence";
import { invoke } from "minigate:errors";
import { define, defineProperty, toText } from "minigate:primordials";
import { soon } from "minigate:timers";

/** What draws, changes the state or the path. */
const STROKES = [
  "arc", "arcTo", "beginPath", "bezierCurveTo", "clearActions", "clearRect", "clip", "closePath", "drawFocusIfNeeded",
  "drawImage", "ellipse", "fill", "fillRect", "fillText", "lineTo", "moveTo", "putImageData", "quadraticCurveTo", "rect",
  "resetTransform", "restore", "rotate", "save", "scale", "setFillStyle", "setFontSize", "setGlobalAlpha", "setLineCap",
  "setLineDash", "setLineJoin", "setLineWidth", "setMiterLimit", "setShadow", "setStrokeStyle", "setTextAlign",
  "setTextBaseline", "setTransform", "stroke", "strokeRect", "strokeText", "transform", "translate",
];

/** A context of two dimensions; the app may keep its styles on it. */
export function createContext() {
  const context = {};
  for (let index = 0; index < STROKES.length; index += 1) define(context, STROKES[index], () => {});
  const gradient = () => ({ addColorStop() {} });
  define(context, "createLinearGradient", gradient);
  define(context, "createRadialGradient", gradient);
  define(context, "createCircularGradient", gradient);
  define(context, "createPattern", () => ({}));
  define(context, "createImageData", (width, height) => ({ width, height, data: [] }));
  define(context, "measureText", (text) => ({ width: toText(text).length * GLYPH }));
  define(context, "getActions", () => []);
  define(context, "draw", (reserve, callback) => {
    const done = typeof reserve === "function" ? reserve : callback;
    if (typeof done === "function") soon(() => invoke(done));
  });
  return context;
}

/** The width of a letter, as nothing knows the font. */
const GLYPH = 10;

/** A canvas of its own, off the screen or a game's. */
export function createCanvas(width, height) {
  const context = createContext();
  const canvas = { width, height };
  define(canvas, "getContext", (kind) => {
    if (kind === "2d") return context;
    absentView("getContext");
    return null;
  });
  define(canvas, "createImage", createImage);
  define(canvas, "toDataURL", () => "data:,");
  define(canvas, "addEventListener", () => {});
  define(canvas, "removeEventListener", () => {});
  define(context, "canvas", canvas);
  return canvas;
}

/** An image that never loads: giving it a source ends in its `onerror`. */
export function createImage() {
  let source = "";
  const image = { width: 0, height: 0, onload: null, onerror: null };
  const change = (value) => {
    source = value;
    absentView("createImage");
    soon(() => fail(image));
  };
  defineProperty(image, "src", { __proto__: null, get: () => source, set: change, enumerable: true });
  return image;
}

function fail(image) {
  const { onerror } = image;
  if (typeof onerror === "function") invoke(onerror, image);
}

/** `wx.createCanvasContext` and its like. */
export const canvasApi = {
  createCanvasContext: createContext,
  createContext,
  createOffscreenCanvas: (options) => createCanvas(options?.width ?? 300, options?.height ?? 150),
  drawCanvas() {
    absentView("drawCanvas");
  },
  canvasToTempFilePath: failing("canvasToTempFilePath", "canvas is empty", "screen"),
  canvasGetImageData: failing("canvasGetImageData", "canvas is empty", "screen"),
  canvasPutImageData: failing("canvasPutImageData", "canvas is empty", "screen"),
};
