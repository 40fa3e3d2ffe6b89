//! CommonJS and ES modules, mixed, and packages as npm has them.

mod support;

use support::{run, run as run2};

#[tokio::test]
async fn es_modules_and_common_js_import_each_other() {
    let run = run(&[
        ("app.js", "import util, { add, name as n } from './util'\nimport * as all from './util'\nimport cjs, { two } from './cjs'\nimport data from './data.json'\nconsole.log(util.id, add(1, 2), n, Object.keys(all).join(), cjs.two, two, data.x)"),
        ("util.js", "export const name = 'u'; export function add(a, b) { return a + b }\nexport default { id: 7 }"),
        ("cjs.js", "const { name } = require('./util.js'); module.exports = { two: 2, name }"),
        ("data.json", "{\"x\": 1}"),
    ])
    .await;

    assert_eq!(run.text(), "7 3 u name,add,default 2 2 1");
}

#[tokio::test]
async fn bindings_are_live_and_read_only_views() {
    let run = run(&[
        ("app.js", "import { count, up } from './counter'\nconsole.log(count); up(); console.log(count)\nconst o = { count }; console.log(o.count, typeof count, `${count}`)"),
        ("counter.js", "export let count = 0\nexport const up = () => { count++ }"),
    ])
    .await;

    assert_eq!(run.text(), "0\n1\n1 number 1");
}

#[tokio::test]
async fn a_cycle_sees_what_is_there_and_hoisted_functions_from_the_start() {
    let run = run(&[
        ("app.js", "import { a } from './a'\nconsole.log(a())"),
        ("a.js", "import { b } from './b'\nexport function a() { return 'a' + b() }\nexport function early() { return 'early' }"),
        ("b.js", "import { early } from './a'\nconst got = early()\nexport function b() { return 'b' + got }"),
    ])
    .await;
    assert_eq!(run.text(), "abearly");

    let run = run2(&[
        ("app.js", "const a = require('./a'); console.log(a.done, a.seen)"),
        (
            "a.js",
            "exports.done = false; const b = require('./b'); exports.seen = b.seen; exports.done = true",
        ),
        ("b.js", "exports.seen = require('./a').done"),
    ])
    .await;
    assert_eq!(run.text(), "true false");
}

#[tokio::test]
async fn a_module_runs_once_and_one_that_throws_is_not_kept() {
    let run = run(&[
        ("app.js", "require('./n'); require('../n.js'.slice(1)); require('/n')\nfor (let i = 0; i < 2; i++) try { require('./bad') } catch (e) { console.log(e.message) }"),
        ("n.js", "console.log('once')"),
        ("bad.js", "console.log('tried'); throw new Error('bad')"),
    ])
    .await;

    assert_eq!(run.text(), "once\ntried\nbad\ntried\nbad");
}

#[tokio::test]
async fn exports_in_all_forms() {
    let run = run(&[
        ("app.js", "import d, { x as y, ns, again, fn, K } from './m'\nimport { default as e } from './m'\nconsole.log(d === e, d.name, y, ns.v, again, fn(), new K().k)\nexport * from './m'; export { y as z }\nconsole.log(Object.keys(module.exports).join())"),
        ("m.js", "export default class Named {}\nconst x = 1; export { x }\nexport * as ns from './v'\nexport { v as again, default as dflt } from './v'\nexport const { p, q: [r] } = { p: 1, q: [2] }\nexport async function later() {}\nexport function fn() { return this === undefined }\nexport class K { k = 'k' }"),
        ("v.js", "export const v = 'v'\nexport default () => 1"),
    ])
    .await;

    assert_eq!(
        run.text(),
        "true Named 1 v v true k\nz,x,ns,again,dflt,p,r,later,fn,K"
    );
}

#[tokio::test]
async fn code_without_semicolons_keeps_its_meaning() {
    let run = run(&[
        ("app.js", "import f, { g } from './f'\nconst a = 1\nf(a)\ng`x`\nif (a) f(2)\nelse f(3)\nconst o = { f, g }\nf(Object.keys(o).join())\n;[1].forEach(f)\nswitch (a) { case 1: f('case')\n f('next') }\nconst h = () => f('arrow')\nh()"),
        ("f.js", "export default function (x) { console.log(x) }\nexport const g = s => console.log(s[0])"),
    ])
    .await;

    assert_eq!(run.text(), "1\nx\n2\nf,g\n1\ncase\nnext\narrow");
}

#[tokio::test]
async fn dynamic_import_gives_a_promise_of_the_module() {
    let run = run(&[
        ("app.js", "import('./m').then(m => console.log(m.default, m.x)); import('./none').catch(e => console.log(e.message.slice(0, 15)))"),
        ("m.js", "export const x = 1\nexport default 'd'"),
    ])
    .await;

    assert_eq!(run.text(), "d 1\nmodule `./none`");
}

#[tokio::test]
async fn names_of_the_browser_are_undefined_and_free_to_declare() {
    let run = run(&[(
        "app.js",
        "const window = 1; let navigator = 2; function fetch() { return 3 } class Image {}\nlet exports = 4; var module = module || 5\nconsole.log(window, navigator, fetch(), exports, typeof document, typeof location, typeof XMLHttpRequest, typeof self, typeof Image)",
    )])
    .await;

    assert_eq!(
        run.text(),
        "1 2 3 4 undefined undefined undefined undefined function"
    );
}

#[tokio::test]
async fn packages_as_npm_has_them_find_their_way() {
    let umd = "!function(t,e){\"object\"==typeof exports&&\"undefined\"!=typeof module?module.exports=e():\"function\"==typeof define&&define.amd?define(e):(t=\"undefined\"!=typeof globalThis?globalThis:t||self).dayjs=e()}(this,(function(){return function(){return 'umd'}}));";
    let babel = "\"use strict\";\nObject.defineProperty(exports, \"__esModule\", { value: true });\nexports.default = void 0;\nvar _default = exports.default = function () { return 'babel' };";
    let regenerator = "var runtime = (function (exports) { return exports })(typeof module === 'object' ? module.exports : {});\ntry { regeneratorRuntime = runtime; } catch (e) { if (typeof globalThis === 'object') globalThis.regeneratorRuntime = runtime; else Function('r', 'regeneratorRuntime = r')(runtime); }";
    let lodash = "var freeGlobal = typeof global == 'object' && global && global.Object === Object && global;\nvar freeSelf = typeof self == 'object' && self && self.Object === Object && self;\nvar root = freeGlobal || freeSelf || Function('return this')();\nmodule.exports = root.Array === Array ? 'lodash' : 'lost';";
    let run = run(&[
        ("app.js", "import dayjs from 'dayjs'\nimport babel from 'babel-pkg'\nimport lodash from 'lodash'\nconst r = require('regenerator')\nconsole.log(dayjs(), babel(), lodash, typeof regeneratorRuntime, r === regeneratorRuntime)"),
        ("miniprogram_npm/dayjs/index.js", umd),
        ("miniprogram_npm/babel-pkg/index.js", babel),
        ("node_modules/lodash/package.json", "{\"main\":\"lodash.js\"}"),
        ("node_modules/lodash/lodash.js", lodash),
        ("miniprogram_npm/regenerator.js", regenerator),
    ])
    .await;

    assert_eq!(run.text(), "umd babel lodash object true");
}

#[tokio::test]
async fn a_package_for_bundlers_runs_in_production() {
    let run = run(&[
        (
            "app.js",
            "console.log(require('p'), typeof process, typeof process_env_NODE_ENV)",
        ),
        ("node_modules/p/package.json", "{\"browser\":{\"fs\":false}}"),
        (
            "node_modules/p/index.js",
            "module.exports = [process.env.NODE_ENV === 'production', require('fs')]",
        ),
    ])
    .await;

    assert_eq!(run.text(), "[true, {}] undefined undefined");
}

#[tokio::test]
async fn a_syntax_error_names_its_place_and_quotes_the_line() {
    let es = run(&[("app.js", "import a from './a'\n\nconst x = ;\n")]).await;
    assert_eq!(
        es.faults()[0].message,
        "SyntaxError: unexpected token (app.js:3:11)\n    const x = ;"
    );
    assert_eq!(es.faults()[0].place.as_ref().unwrap().to_string(), "app.js:3:11");

    let script = run2(&[("app.js", "const a = 1;\nconst b = );\n")]).await;
    assert_eq!(
        script.faults()[0].message,
        "SyntaxError: unexpected token in expression: ')' (app.js:2:11)\n    const b = );"
    );
    assert_eq!(
        script.faults()[0].place.as_ref().unwrap().to_string(),
        "app.js:2:11"
    );

    let json = run2(&[("app.js", "require('./x.json')"), ("x.json", "{\n  \"a\": }")]).await;
    assert_eq!(json.faults()[0].place.as_ref().unwrap().file, "x.json");
}

#[tokio::test]
async fn a_file_that_ends_too_early_is_wrong_at_its_own_end() {
    for text in ["Page({\n", "import './a'\nPage({\n\n"] {
        let run = run(&[("app.js", text), ("a.js", "")]).await;

        let line = text.trim_end().lines().count();
        assert_eq!(
            run.faults()[0].message,
            format!("SyntaxError: unexpected end of file (app.js:{line}:7)\n    Page({{")
        );
        assert_eq!(run.faults()[0].place.as_ref().unwrap().line as usize, line);
    }

    let closed_twice = run2(&[("app.js", "App({});\n}\n")]).await;
    assert_eq!(
        closed_twice.faults()[0].message,
        "SyntaxError: unexpected token (app.js:2:1)\n    }"
    );
}

#[tokio::test]
async fn a_nul_character_is_an_error_at_its_place() {
    let run = run(&[("app.js", "const a = 1\nconst b = '\0'")]).await;

    assert_eq!(
        run.faults()[0].message,
        "SyntaxError: a NUL character in the file (app.js:2:12)\n    const b = ''"
    );
}

#[tokio::test]
async fn a_script_that_speaks_of_import_is_a_script() {
    let umd = "// import things, export things, or import('them')\n(function (e) { module.exports = e })(7);";
    let large = format!("{umd}\nvar list = [{}]", "'import x', ".repeat(300_000));

    let run = run(&[("app.js", "console.log(require('./umd'))"), ("umd.js", &large)]).await;

    assert_eq!(run.text(), "7");
}

#[tokio::test]
async fn a_large_module_that_is_not_deep_loads() {
    let large = format!("export default [{}]", "[0,0],".repeat(140_000));

    let run = run(&[
        ("app.js", "import l from './l'\nconsole.log(l.length)"),
        ("l.js", &large),
    ])
    .await;

    assert_eq!(run.text(), "140000");
}

#[tokio::test]
async fn lines_stay_where_the_developer_has_them() {
    let run = run(&[(
        "app.js",
        "import {\n  a,\n  b\n} from './m'\n\nexport default {\n  f() { throw new Error(a + b) }\n}\nexports.default.f()",
    ), ("m.js", "export const a = 'x', b = 'y'")])
    .await;

    let fault = run.faults()[0];
    assert_eq!(fault.message, "Error: xy");
    assert_eq!(fault.stack, "    at f (app.js:7:29)\n    at app.js:9:17");
}

#[tokio::test]
async fn an_import_that_fails_is_reported_where_it_stands() {
    let missing = run(&[("app.js", "// one\n\nimport {\n  a\n} from './none'")]).await;
    assert_eq!(
        missing.faults()[0].place.as_ref().unwrap().to_string(),
        "app.js:5:8"
    );

    let first = run2(&[("app.js", "require('./none')")]).await;
    assert_eq!(
        first.faults()[0].place.as_ref().unwrap().to_string(),
        "app.js:1:1"
    );

    let thrown = run2(&[
        ("app.js", "import './fine'\nimport './bad'"),
        ("fine.js", ""),
        ("bad.js", "throw new Error('x')"),
    ])
    .await;
    assert_eq!(thrown.faults()[0].stack, "    at bad.js:1:11\n    at app.js:2:8");
}

#[tokio::test]
async fn the_app_sees_its_own_places_in_a_stack() {
    let run = run(&[
        (
            "app.js",
            "const { f } = require('./m'); const x = f()\nconst y = f(); console.log(x.stack + '\\n' + y.stack)",
        ),
        ("m.js", "import './n'; export const f = () => new Error('x')"),
        ("n.js", ""),
    ])
    .await;

    assert_eq!(
        run.text(),
        "Error: x\n    at f (m.js:1:42)\n    at app.js:1:40\nError: x\n    at f (m.js:1:42)\n    at app.js:2:11"
    );
}

#[tokio::test]
async fn an_import_can_t_be_assigned_and_import_meta_is_refused() {
    let assigned = run(&[("app.js", "import a from './a'\na = 1"), ("a.js", "")]).await;
    assert_eq!(
        assigned.faults()[0].message,
        "SyntaxError: `a` is imported, so it can't be assigned (app.js:2:1)\n    a = 1"
    );

    let meta = run2(&[("app.js", "import './a'\nimport.meta.url"), ("a.js", "")]).await;
    assert!(
        meta.faults()[0]
            .message
            .contains("`import.meta` is not available (app.js:2:1)")
    );
}

#[tokio::test]
async fn a_module_nested_without_end_is_an_error_and_not_the_end_of_the_process() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("!", ""),
        ("a=", ""),
        ("a=>", ""),
        ("class{x=", "}"),
        ("`${", "}`"),
        ("a**", ""),
        ("()=>", ""),
        ("async()=>{", "}"),
        ("{a(){(", ")}}"),
    ] {
        let deep = format!(
            "import a from './a'\nx = {}1{}",
            open.repeat(30_000),
            close.repeat(30_000)
        );

        let run = run(&[("app.js", &deep), ("a.js", "")]).await;

        assert_eq!(run.faults().len(), 1, "{open}");
    }
}
