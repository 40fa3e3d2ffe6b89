module.exports = (function () {
var __MODS__ = {};
var __DEFINE__ = function (modId, func, req) { __MODS__[modId] = { status: 0, func: func, req: req, m: { exports: {} } }; };
var __REQUIRE__ = function (modId, source) {
  var mod = __MODS__[modId];
  if (!mod) return require(source);
  if (!mod.status) { mod.status = 1; mod.func(mod.req, mod.m, mod.m.exports); }
  return mod.m.exports;
};
__DEFINE__(1763769600001, function (require, module, exports) {
"use strict";

Object.defineProperty(exports, "__esModule", {
  value: true
});
exports.create = create;
exports.default = void 0;
Object.defineProperty(exports, "CourierError", {
  enumerable: true,
  get: function get() {
    return _error.default;
  }
});
Object.defineProperty(exports, "promisify", {
  enumerable: true,
  get: function get() {
    return _promisify.default;
  }
});
var _client = _interopRequireDefault(require("./client"));
var _error = _interopRequireDefault(require("./error"));
var _promisify = _interopRequireDefault(require("./promisify"));
function _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }
function create(defaults) {
  return new _client.default(defaults);
}
var _default = exports.default = {
  create: create,
  promisify: _promisify.default
};
}, function (modId) { var map = { "./client": 1763769600002, "./error": 1763769600003, "./promisify": 1763769600004 }; return __REQUIRE__(map[modId], modId); });
__DEFINE__(1763769600002, function (require, module, exports) {
"use strict";

Object.defineProperty(exports, "__esModule", {
  value: true
});
exports.default = void 0;
var _error = _interopRequireDefault(require("./error"));
function _interopRequireDefault(e) { return e && e.__esModule ? e : { default: e }; }
function _classCallCheck(a, n) { if (!(a instanceof n)) throw new TypeError("Cannot call a class as a function"); }
function _defineProperties(e, r) { for (var t = 0; t < r.length; t++) { var o = r[t]; o.enumerable = o.enumerable || false, o.configurable = true, "value" in o && (o.writable = true), Object.defineProperty(e, o.key, o); } }
function _createClass(e, r) { return _defineProperties(e.prototype, r), Object.defineProperty(e, "prototype", { writable: false }), e; }
var Client = exports.default = /*#__PURE__*/function () {
  function Client() {
    var _ref = arguments.length > 0 && arguments[0] !== undefined ? arguments[0] : {},
      _ref$baseURL = _ref.baseURL,
      baseURL = _ref$baseURL === void 0 ? "" : _ref$baseURL,
      _ref$header = _ref.header,
      header = _ref$header === void 0 ? {} : _ref$header;
    _classCallCheck(this, Client);
    this.baseURL = baseURL;
    this.header = header;
  }

  /**
   * Resolves with `{ status, data, header }` for every answer, whatever its status;
   * rejects with a `CourierError` only when there was none.
   */
  return _createClass(Client, [{
    key: "send",
    value: function send(request) {
      var url = this.baseURL + request.path;
      var header = Object.assign({}, this.header, request.header);
      return new Promise(function (resolve, reject) {
        wx.request({
          url: url,
          header: header,
          method: request.method || "GET",
          data: request.data,
          success: function success(res) {
            resolve({
              status: res.statusCode,
              data: res.data,
              header: res.header
            });
          },
          fail: function fail(res) {
            reject(new _error.default(res.errMsg, url));
          }
        });
      });
    }
  }, {
    key: "get",
    value: function get(path, data) {
      return this.send({
        path: path,
        data: data
      });
    }
  }, {
    key: "post",
    value: function post(path, data, header) {
      return this.send({
        method: "POST",
        path: path,
        data: data,
        header: header
      });
    }
  }]);
}();
}, function (modId) { var map = { "./error": 1763769600003 }; return __REQUIRE__(map[modId], modId); });
__DEFINE__(1763769600003, function (require, module, exports) {
"use strict";

Object.defineProperty(exports, "__esModule", {
  value: true
});
exports.default = CourierError;
function CourierError(errMsg, url) {
  this.name = "CourierError";
  this.message = errMsg;
  this.url = url;
  this.stack = new Error(errMsg).stack;
}
CourierError.prototype = Object.create(Error.prototype, {
  constructor: {
    value: CourierError,
    configurable: true,
    writable: true
  }
});
}, function (modId) { var map = {}; return __REQUIRE__(map[modId], modId); });
__DEFINE__(1763769600004, function (require, module, exports) {
"use strict";

Object.defineProperty(exports, "__esModule", {
  value: true
});
exports.default = promisify;
/** Makes a function that takes `success` and `fail` one that gives a promise. */
function promisify(api) {
  return function (options) {
    return new Promise(function (resolve, reject) {
      api(Object.assign({}, options, {
        success: resolve,
        fail: reject
      }));
    });
  };
}
}, function (modId) { var map = {}; return __REQUIRE__(map[modId], modId); });
return __REQUIRE__(1763769600001);
})();
//miniprogram-npm-outsideDeps=[]
