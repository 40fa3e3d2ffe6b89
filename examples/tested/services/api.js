const BASE = "https://api.feed.example";

/** One request as a Promise; a connection that breaks is tried once more. */
export function get(path, attempts = 2) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: BASE + path,
      success: ({ statusCode, data }) =>
        statusCode === 200 ? resolve(data) : reject(new Error("the server says " + statusCode)),
      fail: ({ errMsg, errno }) => {
        const isBroken = errMsg.includes("-101") || errMsg.includes("reset");
        if (isBroken && attempts > 1) resolve(get(path, attempts - 1));
        else reject(Object.assign(new Error(errMsg), { errno }));
      },
    });
  });
}
