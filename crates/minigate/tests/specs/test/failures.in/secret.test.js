const { test, expect } = require("minigate:test");

test("no other module gets the tests", () => {
  expect(() => require("./secret")).toThrow("minigate:test");
});
