// Each way a call can fail, by the ID that `errors.toml` has for it: what the app is told, to the letter.
import { expect, test } from "minigate:test";

import expected from "./expected";

const API = "https://api.errors.example";
const SOCKET = "wss://api.errors.example/socket";
const ECHO = "wss://sockets.errors.example/echo";
const FOLDER = wx.env.USER_DATA_PATH;

/** A test of one kind of failure; `fail` gives what the app is told. */
function failure(id, fail) {
  test(id, async (t) => {
    const { errMsg, errno } = await fail(t);
    expect({ errMsg, errno }).toEqual(expected[id]);
  });
}

/** A call as a Promise of its failure, and its task. */
function start(name, options) {
  let task;
  const failed = new Promise((resolve, reject) => {
    task = wx[name]({ ...options, success: reject, fail: resolve });
  });
  return { task, failed };
}

const request = (options = {}) => start("request", { url: `${API}/x`, ...options });
const upload = (options = {}) => start("uploadFile", { url: `${API}/x`, name: "file", filePath: written(), ...options });
const download = (options = {}) => start("downloadFile", { url: `${API}/x`, ...options });
const connect = (options = {}) => start("connectSocket", { url: SOCKET, ...options });

/** What a socket that is accepted and then fails says. */
const socketError = (url = SOCKET) => new Promise((resolve) => wx.connectSocket({ url }).onError(resolve));

function written() {
  const path = `${FOLDER}/some.txt`;
  wx.getFileSystemManager().writeFileSync(path, "some", "utf8");
  return path;
}

/** The failure of a call once the app is on its way to `change` what is under it. */
async function meanwhile(t, call, change) {
  t.network.fail(`${API}/x`, "timeout");
  await t.idle();
  await change();
  return call.failed;
}

const afterAMinute = (t, call) => meanwhile(t, call, () => t.advance(60_000));

const OTHER = "other.errors.example/x";
failure("unlisted-request", () => request({ url: `https://${OTHER}` }).failed);
failure("unlisted-upload", () => upload({ url: `https://${OTHER}` }).failed);
failure("unlisted-download", () => download({ url: `https://${OTHER}` }).failed);
failure("unlisted-socket", () => connect({ url: `wss://${OTHER}` }).failed);
failure("unlisted-redirect", (t) => {
  t.network.answer(`${API}/x`, { status: 302, header: { location: `https://${OTHER}` } });
  return request().failed;
});
failure("invalid-url-request", () => request({ url: "/api/x" }).failed);
failure("invalid-url-upload", () => upload({ url: "/api/x" }).failed);
failure("invalid-url-download", () => download({ url: "/api/x" }).failed);
failure("parameter", () => request({ url: 1 }).failed);
failure("method", () => request({ method: "PATCH" }).failed);
failure("data", () => {
  const data = {};
  data.self = data;
  return request({ method: "POST", data }).failed;
});

failure("timeout-request", (t) => afterAMinute(t, request()));
failure("timeout-upload", (t) => afterAMinute(t, upload()));
failure("timeout-download", (t) => afterAMinute(t, download()));
failure("timeout-socket", (t) => {
  t.network.fail(SOCKET, "timeout");
  const failed = socketError();
  return t.advance(60_000).then(() => failed);
});

for (const [name, call] of [["request", request], ["upload", upload], ["download", download]]) {
  failure(`abort-${name}`, (t) => {
    const { task, failed } = call();
    return meanwhile(t, { failed }, () => task.abort());
  });
}

failure("interrupted-running", async (t) => {
  await t.open();
  t.network.fail(`${API}/x`, "timeout");
  const { failed } = request();
  await t.hide();
  await t.advance(5_000);
  await t.show();
  return failed;
});
failure("interrupted-new", async (t) => {
  await t.open();
  await t.hide();
  const { failed } = request();
  return failed;
});

failure("too-many-calls", (t) => {
  t.network.fail(`${API}/x`, "timeout");
  for (let count = 0; count < 10; count += 1) wx.request({ url: `${API}/x` });
  return request().failed;
});
failure("too-many-sockets", () => {
  for (let count = 0; count < 5; count += 1) wx.connectSocket({ url: ECHO });
  return connect().failed;
});
failure("redirects", (t) => {
  t.network.answer(`${API}/x`, { status: 302, header: { location: "/x" } });
  return request().failed;
});

for (const how of ["dns", "refused", "unreachable", "connect-timeout", "reset", "close"]) {
  failure(`${how}-request`, (t) => {
    t.network.fail(`${API}/x`, how);
    return request().failed;
  });
}
for (const how of ["tls", "expired", "wrong-name"]) {
  failure(`${how}-request`, (t) => {
    t.network.fail(`${API}/x`, how);
    return request().failed;
  });
}
failure("offline", (t) => {
  t.network.offline();
  return request().failed;
});
failure("lost", (t) => meanwhile(t, request(), () => t.network.offline()));
failure("switched", (t) => meanwhile(t, request(), () => t.network.online("4g")));
failure("charset", (t) => {
  const body = new Uint8Array([0x61, 0xff, 0xff]).buffer;
  t.network.answer(`${API}/x`, { header: { "content-type": "text/plain; charset=utf-8" }, body });
  return request().failed;
});

failure("upload-missing", () => upload({ filePath: `${FOLDER}/none.txt` }).failed);
failure("download-too-large", (t) => {
  t.network.answer(`${API}/x`, { body: "x".repeat(1001) });
  return download().failed;
});
failure("download-empty", (t) => {
  t.network.answer(`${API}/x`, { body: "" });
  return download().failed;
});
failure("storage-full", (t) => {
  t.network.answer(`${API}/x`, { body: "x".repeat(501) });
  return download({ filePath: `${FOLDER}/large` }).failed;
});
failure("path-outside", (t) => {
  t.network.answer(`${API}/x`, { body: "x" });
  return download({ filePath: "/etc/passwd" }).failed;
});

failure("refused-socket", (t) => {
  t.network.fail(SOCKET, "refused");
  return socketError();
});
failure("tls-socket", (t) => {
  t.network.fail(SOCKET, "tls");
  return socketError();
});
failure("status-socket", () => socketError("wss://sockets.errors.example/none"));
failure("send-early", () => {
  const task = wx.connectSocket({ url: ECHO });
  return new Promise((fail) => task.send({ data: "x", fail }));
});
failure("send-global", () => new Promise((fail) => wx.sendSocketMessage({ data: "x", fail })));
failure("close-global", () => new Promise((fail) => wx.closeSocket({ fail })));
failure("close-code", () => {
  const task = wx.connectSocket({ url: ECHO });
  return new Promise((fail) => task.close({ code: 999, fail }));
});
failure("close-reason", () => {
  const task = wx.connectSocket({ url: ECHO });
  return new Promise((fail) => task.close({ reason: "一".repeat(42), fail }));
});
failure("close-twice", () => {
  const task = wx.connectSocket({ url: ECHO });
  return new Promise((fail) => {
    task.onClose(() => task.close({ fail }));
    task.close();
  });
});
