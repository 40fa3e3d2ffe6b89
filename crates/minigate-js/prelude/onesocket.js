// The functions of the time when an app had one socket. They speak of one task: the earliest that has not closed when
// a socket is connected, and none after it until the next is connected.

import { createEvent } from "minigate:lifecycle";
import {
  CLOSED,
  closeSocket,
  CONNECTING,
  created,
  earliestSocket,
  OPEN,
  promising,
  sendMessage,
} from "minigate:socket";

const events = {
  __proto__: null,
  open: createEvent(),
  message: createEvent(),
  error: createEvent(),
  close: createEvent(),
};

/** The socket that the functions speak of. */
let bound;

created.listener = (socket) => {
  if (bound !== undefined && bound.state !== CLOSED) return;
  bound = earliestSocket() ?? socket;
  relay(bound, "open");
  relay(bound, "message");
  relay(bound, "error");
  relay(bound, "close");
};

function relay(socket, name) {
  socket[name].on((news) => {
    if (socket === bound) events[name].emit(news);
  });
}

const sendable = () => (bound?.state === OPEN ? bound : undefined);

/** One that isn't open yet can't be closed, and one that has closed is none. */
const closable = () => (bound?.state === CONNECTING || bound?.state === CLOSED ? undefined : bound);

/** `wx.sendSocketMessage` and so on. */
export const socketApi = {
  sendSocketMessage: promising((options, settle) =>
    sendMessage("sendSocketMessage", sendable(), options, settle),
  ),
  closeSocket: promising((options, settle) => closeSocket("closeSocket", closable(), options, settle)),
  onSocketOpen: (listener) => events.open.on(listener),
  onSocketMessage: (listener) => events.message.on(listener),
  onSocketError: (listener) => events.error.on(listener),
  onSocketClose: (listener) => events.close.on(listener),
};
