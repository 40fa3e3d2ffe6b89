// Questions about what is on the screen: they are answered, and there is nothing on it.

import { absentView } from "minigate:absence";
import { invoke } from "minigate:errors";
import { list, push, toArray } from "minigate:primordials";
import { soon } from "minigate:timers";

/** `wx.createSelectorQuery()`: nodes aren't found, so one is null and several are none. */
export function createSelectorQuery() {
  const questions = list();
  const query = {
    in: () => query,
    select: () => nodes(query, questions, () => null),
    selectAll: () => nodes(query, questions, () => []),
    selectViewport: () => nodes(query, questions, viewport),
    exec(callback) {
      absentView("createSelectorQuery");
      soon(() => answer(questions, callback));
      return query;
    },
  };
  return query;
}

function nodes(query, questions, value) {
  const ask = (callback) => {
    push(questions, { __proto__: null, value, callback });
    return query;
  };
  return {
    boundingClientRect: ask,
    scrollOffset: ask,
    context: ask,
    node: ask,
    ref: ask,
    fields: (wanted, callback) => ask(callback),
  };
}

const viewport = () => ({ id: "", dataset: {}, scrollLeft: 0, scrollTop: 0 });

function answer(questions, callback) {
  const answers = list();
  for (let index = 0; index < questions.length; index += 1) {
    const value = questions[index].value();
    push(answers, value);
    tell(questions[index].callback, value);
  }
  tell(callback, toArray(answers));
}

function tell(callback, value) {
  const args = list();
  push(args, value);
  if (typeof callback === "function") invoke(callback, undefined, args);
}

/** `wx.createIntersectionObserver()`: nothing ever comes into sight. */
export function createIntersectionObserver() {
  const observer = {
    relativeTo: () => observer,
    relativeToViewport: () => observer,
    observe: () => absentView("createIntersectionObserver"),
    disconnect() {},
  };
  return observer;
}

/** `createMediaQueryObserver()`. */
export const createMediaQueryObserver = () => ({
  observe: () => absentView("createMediaQueryObserver"),
  disconnect() {},
});

/** `wx.createSelectorQuery` and its like. */
export const viewApi = { createSelectorQuery, createIntersectionObserver, createMediaQueryObserver };
