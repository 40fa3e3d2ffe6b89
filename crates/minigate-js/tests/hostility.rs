//! Apps that tamper with their own realm.

mod support;

use support::{Server, console, run};

#[tokio::test]
async fn text_can_t_be_made_code() {
    let text = console(
        "const tries = [
           () => eval('1'), () => (0, eval)('1'), () => Function('return 1')(), () => new Function('return 1'),
           () => (() => {}).constructor('return 1'), () => (async () => {}).constructor('1'),
           () => (function* () {}).constructor('1'), () => (async function* () {}).constructor('1'),
           () => Reflect.construct(Function, ['1']), () => Object.getPrototypeOf(async () => {}).constructor('1'),
           () => class extends Function { constructor() { super('1') } }.constructor('1'),
           () => new (class extends Function {})('return 1'),
           () => setTimeout('1'), () => setInterval('1', 1),
         ]
         for (const f of tries) try { console.log('OPEN', f.toString(), f()) } catch (e) { if (!/^(EvalError|TypeError)$/.test(e.name)) console.log(e.name) }
         console.log((() => {}) instanceof Function, Function.prototype.call.call(function () { return this.x }, { x: 1 }), Function.name)
         console.log(Function('return this')() === globalThis, new Function('return this')() === globalThis)",
    )
    .await;

    assert_eq!(text, "true 1 Function\ntrue true");
}

#[tokio::test]
async fn nothing_leads_to_the_prelude_or_its_natives() {
    let run = run(&[(
        "app.js",
        "for (const name of ['minigate:native', 'minigate:main', 'minigate:primordials']) {
           import(name).then(() => console.log('OPEN', name), e => console.log(e.message.slice(0, 7)))
           try { require(name); console.log('OPEN') } catch (e) {}
         }
         Error.prepareStackTrace = (error, sites) => { for (const s of sites) if (s.getFunction && /native|invoke/.test(s.getFunction())) console.log('OPEN') }
         const { caller } = Object.getOwnPropertyDescriptors(Function.prototype)
         function probe() { try { return arguments.callee.caller } catch (e) { return undefined } }
         console.log(new Error('x').stack !== undefined, probe(), [1].map(probe)[0])
         setTimeout(function () { console.log(this === undefined || this === globalThis) })
         wx.showToast({ success() { console.log(this === undefined || this === globalThis); new Error().stack } })",
    )])
    .await;

    assert_eq!(
        run.text(),
        "true undefined undefined\nmodule \nmodule \nmodule \ntrue\ntrue"
    );
}

// The engine's own `JSON.stringify` keeps its way down in an array that a setter can see.
#[tokio::test]
async fn patched_built_ins_see_and_change_nothing_of_the_platform() {
    let server = Server::start(|asked| {
        let body = format!("{{\"body\":{:?}}}", String::from_utf8_lossy(&asked.body));
        minigate_testkit::Reply {
            body: body.into(),
            ..minigate_testkit::Reply::default()
        }
    })
    .await;

    let run = server
        .run(
            "let hits = 0, first; const Err = Error, has = Function.prototype.call.bind(String.prototype.includes), log = console.log, define = Object.defineProperty, read = Object.getOwnPropertyDescriptor
             const hit = name => { hits++; first ??= name + new Err().stack }
             const spy = (owner, name) => {
               const old = read(owner, name)
               if (!old || !old.configurable || ('value' in old && typeof old.value !== 'function')) return
               const bad = function () { hit(name); throw 'patched ' + (typeof name === 'symbol' ? 'symbol' : name) + new Err().stack }
               define(owner, name, 'value' in old ? { ...old, value: bad } : { ...old, get: bad })
             }
             const each = Array.prototype.forEach, names = Reflect.ownKeys, js = JSON
             const owners = [Array.prototype, String.prototype, Map.prototype, Set.prototype, WeakMap.prototype, Promise.prototype, Function.prototype,
               Object.getPrototypeOf(Uint8Array.prototype), ArrayBuffer.prototype, RegExp.prototype, Number.prototype, Reflect, JSON, Object, Promise, Array, String]
             const keep = ['constructor', 'name', 'length', 'prototype']
             const list = []
             for (const owner of owners) for (const name of names(owner)) if (!keep.includes(name)) list.push([owner, name])
             for (let i = 0; i < list.length; i++) spy(list[i][0], list[i][1])
             define(Array.prototype, '0', { set() { if (!has(new Err().stack, 'stringify (native)')) hit('index') }, configurable: true })
             const traps = ['errMsg', 'errno', 'url', 'data', 'toJSON', 'get', 'set', 'value', 'success']
             for (let i = 0; i < traps.length; i++) define(Object.prototype, traps[i], { __proto__: null, set() { hit(traps[i]) }, configurable: true })
             globalThis.String = globalThis.Map = globalThis.Promise = globalThis.encodeURIComponent = () => { hit('global') }
             wx.request({ url: 'https://api.test/', method: 'POST', data: { a: 1 }, header: { b: 2 },
               success(res) { log(res.data.body, res.errMsg, hits, first) }, fail(e) { log(e.errMsg) } })
             wx.setStorageSync('k', { v: 1 }); log(wx.getStorageSync('k').v)
             wx.getStorage({ key: 'k', success(res) { log(res.data.v, res.errMsg) } })
             setTimeout((a, b) => log(a, b), 1, 'x', 'y')",
        )
        .await;

    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(run.faults(), Vec::<&minigate_js::Fault>::new());
    assert_eq!(
        lines,
        ["1", "1 getStorage:ok", "x y", "{\"a\":1} request:ok 0 undefined"]
    );
}

#[tokio::test]
async fn patched_typed_arrays_see_no_bytes_on_their_way_out() {
    let server = Server::start(|asked| minigate_testkit::Reply {
        body: asked.body.clone(),
        ..minigate_testkit::Reply::default()
    })
    .await;

    let run = server
        .run(
            "const bytes = new Uint8Array([104, 105]).buffer
             const prototype = Object.getPrototypeOf(Uint8Array.prototype)
             for (const name of ['length', 'buffer', 'byteOffset', 'byteLength'])
               Object.defineProperty(prototype, name, { get() { console.log('SEEN', name); return 0 } })
             wx.request({ url: 'https://api.test/', method: 'POST', data: bytes, success: ({ data }) => console.log(data) })",
        )
        .await;

    assert_eq!(run.text(), "hi");
}

#[tokio::test]
async fn patched_built_ins_see_and_change_nothing_of_components() {
    let run = run(&[
        (
            "app.js",
            "App({}); globalThis.hits = 0; const Err = Error, log = console.log, define = Object.defineProperty, read = Object.getOwnPropertyDescriptor
             const hit = name => { if (!hits++) log('hit', name, new Err().stack) }; globalThis.say = log
             const names = Reflect.ownKeys, keep = ['constructor', 'name', 'length', 'prototype'], list = []
             const owners = [Array.prototype, String.prototype, Map.prototype, WeakMap.prototype, Promise.prototype, Function.prototype, RegExp.prototype, Reflect, JSON, Object, Array, String]
             for (const owner of owners) for (const name of names(owner)) if (!keep.includes(name)) list.push([owner, name])
             for (let i = 0; i < list.length; i++) {
               const owner = list[i][0], name = list[i][1], old = read(owner, name)
               if (!old || !old.configurable || ('value' in old && typeof old.value !== 'function')) continue
               const bad = function () { hit(name); throw 'patched' }
               define(owner, name, 'value' in old ? { ...old, value: bad } : { ...old, get: bad })
             }
             define(Array.prototype, '0', { set() { hit('index') }, configurable: true })
             const traps = ['data', 'value', 'get', 'set', 'detail', 'instance', 'children', 'node', 'tap', 'errMsg']
             for (let i = 0; i < traps.length; i++) define(Object.prototype, traps[i], { __proto__: null, set() { hit(traps[i]) }, configurable: true })",
        ),
        ("p.json", r#"{"usingComponents":{"card":"card/index"}}"#),
        ("p.wxml", "<card id='c' name='{{a.name}}' bind:pick='onPick' data-n='1'/>"),
        (
            "p.js",
            "Page({ behaviors: [Behavior({ data: { a: { name: 'x' } }, observers: { 'a.**'(v) { say('a', v.name) } } })], onPick(e) { say('picked', e.detail.n) },
               onLoad() { this.setData({ 'a.name': 'y' }); const c = this.selectComponent('#c'); c.triggerEvent('pick', { n: 1 }); say(c.data.name)
                 wx.createSelectorQuery().select('#c').boundingClientRect().exec(() => say('asked'))
                 wx.chooseImage({ fail() { say('failed') } }); wx.createInnerAudioContext().play(); wx.createAnimation().opacity(1).step().export() },
               onReady() { say('hits', hits) } })",
        ),
        (
            "card/index.js",
            "Component({ properties: { name: { type: String, observer(n) { say('name', n) } } }, lifetimes: { attached() { say('attached', this.dataset.n) } } })",
        ),
    ])
    .await;

    assert_eq!(
        run.text(),
        "name x\nattached 1\na y\nname y\npicked 1\ny\nasked\nfailed\nhits 0"
    );
}

#[tokio::test]
async fn the_console_runs_no_code_of_what_it_shows() {
    let text = console(
        "const seen = []
         const trap = new Proxy({}, new Proxy({}, { get(_, name) { seen.push(name); throw new Error('trapped') } }))
         const cycle = { name: 'c', list: [1, , 'x'] }; cycle.self = cycle
         console.log(trap, { trap }, cycle)
         console.log({ get a() { seen.push('a'); return 1 }, set b(v) {}, [Symbol('s')]: 1n, 'odd key': -0, f() {}, n: null, u: undefined })
         console.log(new Map([[1, { a: 1 }]]), new Set(['x']), new Date(0), new Date(NaN), /a\\/b/, new Uint8Array(3), new ArrayBuffer(8), Symbol('q'))
         class Point { constructor() { this.x = 1 } }
         console.log(new Point(), Object.create(null), Point, [[[[[1]]]]])
         console.log('%s is %d and %o%%', 'it', '42', { a: 1 }, 'rest', 7)
         console.log(seen.length)",
    )
    .await;

    let expected = "[Proxy] { trap: [Proxy] } { name: \"c\", list: [1, <1 empty item>, \"x\"], self: [Circular] }
{ a: [Getter], b: [Setter], \"odd key\": -0, f: [Function: f], n: null, u: undefined, [Symbol(s)]: 1n }
Map(1) {1 => { a: 1 }} Set(1) {\"x\"} 1970-01-01T00:00:00.000Z Invalid Date /a\\/b/ Uint8Array(3) [0, 0, 0] ArrayBuffer(8) Symbol(q)
Point { x: 1 } [null prototype] {} [class: Point] [[[[[Array]]]]]
it is 42 and { a: 1 }% rest 7
0";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn the_console_cuts_what_is_huge_and_survives_broken_text() {
    let run = run(&[(
        "app.js",
        "console.log('x'.repeat(1e7)); console.log({ a: 'y'.repeat(1e6) }); console.log(new Array(1e6).fill(1)); console.log('\\ud800')
         const wide = {}; for (let i = 0; i < 1e4; i++) wide['k' + i] = { a: [1, 2, 3] }; console.log([wide, wide, wide])
         console.log({ toString() { throw 1 }, [Symbol.toPrimitive]() { throw 2 } })",
    )])
    .await;

    assert_eq!(run.faults(), Vec::<&minigate_js::Fault>::new());
    assert_eq!(run.lines().len(), 6);
    assert!(run.lines().iter().all(|line| line.len() < 110_000));
}

#[tokio::test]
async fn hostile_errors_are_reported_as_far_as_they_can_be() {
    let run = run(&[(
        "app.js",
        "const bad = new Error('x')
         Object.defineProperty(bad, 'message', { get() { throw new Error('again') } })
         Object.defineProperty(bad, 'stack', { get() { throw new Error('again') } })
         setTimeout(() => { throw bad }); setTimeout(() => { throw null }); setTimeout(() => { throw { a: 1 } })
         setTimeout(() => { throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } }) })
         wx.onError(() => { throw new Error('in onError') })",
    )])
    .await;

    let messages: Vec<_> = run.faults().iter().map(|fault| fault.message.as_str()).collect();
    let own: Vec<_> = messages
        .into_iter()
        .filter(|message| *message != "Error: in onError")
        .collect();
    assert_eq!(own, ["Error", "null", "{ a: 1 }", "[Proxy]"]);
}

#[tokio::test]
async fn wx_can_be_patched_and_knows_only_what_the_platform_has() {
    let text = console(
        "const old = wx.request; let calls = 0
         wx.request = function (o) { calls++; return old(o) }
         wx.request({ url: 'x', fail() {} })
         console.log(calls, wx.somethingElse, Object.keys(wx).includes('request'), wx.hasOwnProperty('showToast'), wx.canIUse('request.object.timeout'), wx.canIUse('nothing'))",
    )
    .await;

    assert_eq!(text, "1 undefined true true true false");
}

#[tokio::test]
async fn an_unhandled_rejection_is_reported_with_its_place_and_a_handled_one_is_not() {
    let run = run(&[(
        "app.js",
        "App({ onUnhandledRejection({ reason, promise }) { console.log('heard', reason.message, promise instanceof Promise) } })\n\nasync function f() {\n  throw new Error('lost')\n}\nf()\nPromise.reject(1).catch(() => {})\nconst late = Promise.reject(2); Promise.resolve().then(() => late.catch(() => {}))",
    )])
    .await;

    assert_eq!(run.faults().len(), 1);
    let fault = run.faults()[0];
    assert_eq!(fault.message, "Error: lost");
    assert_eq!(
        fault
            .place
            .as_ref()
            .map(|place| (place.file.as_str(), place.line)),
        Some(("app.js", 4))
    );
    assert_eq!(run.lines(), ["heard lost true"]);
}

#[tokio::test]
async fn two_apps_in_one_process_don_t_know_of_each_other() {
    let first = run(&[(
        "app.js",
        "Array.prototype.push = null; globalThis.mine = 1; wx.setStorageSync('a', 1); console.log('first')",
    )]);
    let second = run(&[(
        "app.js",
        "setTimeout(() => console.log(typeof mine, typeof [].push, wx.getStorageSync('a') === ''), 5)",
    )]);

    let (first, second) = tokio::join!(first, second);

    assert_eq!(first.text(), "first");
    assert_eq!(second.text(), "undefined function true");
}

#[tokio::test]
async fn no_stack_hands_out_the_frames_that_the_engine_keeps() {
    let text = console(
        "const kinds = []
         const look = stack => kinds.push(stack === undefined ? 'none' : typeof stack)
         const attempts = [
           () => { throw new Error('x') }, () => null.x, () => { throw new DOMException('x') }, () => atob('%'),
           () => { throw Object.create(Error.prototype) }, () => JSON.parse('{'), () => { throw new AggregateError([]) },
           function f() { f() },
         ]
         for (const attempt of attempts) try { attempt() } catch (e) { look(e.stack) }
         const own = {}; Error.captureStackTrace(own); look(own.stack)
         const error = new Error('x'); Error.captureStackTrace(error); look(error.stack)
         Error.stackTraceLimit = 0; look(new Error('x').stack); Error.stackTraceLimit = 10
         const { get } = Object.getOwnPropertyDescriptor(Error.prototype, 'stack')
         look(get.call(new Error('x'))); look(get.call({}))
         console.log(kinds.join(' '), 'prepareStackTrace' in Error)",
    )
    .await;

    assert_eq!(
        text,
        "string string string string none string string string string string string string none false"
    );
}

#[tokio::test]
async fn a_stack_shows_the_app_and_not_what_runs_it() {
    let text = console(
        "function Mine() { Error.captureStackTrace(this, Mine) }
         const lines = stack => stack.trim().split('\\n').map(line => line.trim().replace(/:\\d+:\\d+/, ''))
         function inner() { return new Error('x').stack }
         function outer() { return [1].map(inner)[0] }
         setTimeout(() => {
           console.log(lines(outer()).join(', '))
           console.log(lines(new Mine().stack).length)
         })",
    )
    .await;

    assert_eq!(
        text,
        "Error: x, at inner (app.js), at map (native), at outer (app.js), at app.js\n2"
    );
}

#[tokio::test]
async fn a_stack_begins_with_what_went_wrong() {
    let text = console(
        "class Own extends Error { constructor(m) { super(m); this.name = 'Own' } }
         const head = e => e.stack.split('\\n')[0]
         try { null.x } catch (e) { console.log(head(e)) }
         console.log(head(new Own('mine')), '|', head(new Error()), '|', head(new RangeError('two\\nlines')))
         const o = { name: 'O', message: 'm' }; Error.captureStackTrace(o); console.log(head(o))
         const bare = {}; Error.captureStackTrace(bare); console.log(head(bare))
         const sly = new Error('x'); Object.defineProperty(sly, 'message', { get() { throw 1 } }); sly.name = Symbol('s'); console.log(head(sly))
         const copy = new Error('x'); copy.stack = new Error('x').stack; console.log(copy)",
    )
    .await;

    assert_eq!(
        text.replace(|c: char| c.is_ascii_digit() || c == ':', ""),
        "TypeError cannot read property 'x' of null\nOwn mine | Error | RangeError two\nO m\nError\nSymbol(s)\nError x\n    at app.js"
    );
}

#[tokio::test]
async fn what_an_error_says_of_itself_makes_no_frames_for_the_host() {
    let run = run(&[(
        "app.js",
        "let asked = 0
         const e = new Error('x\\n    at fake (forged.js:1:1)')
         Object.defineProperty(e, 'name', { get() { asked++; return 'N' } })
         setTimeout(() => { throw e }); setTimeout(() => console.log(asked))",
    )])
    .await;

    let fault = run.faults()[0];
    assert_eq!(
        fault
            .place
            .as_ref()
            .map(|place| (place.file.as_str(), place.line)),
        Some(("app.js", 2))
    );
    assert!(!fault.stack.contains("forged"));
}

#[tokio::test]
async fn holes_of_an_array_are_counted() {
    let text = console(
        "const odd = [, 1, , , 2]; odd.length = 6; odd.more = true
         console.log(new Array(5), odd, [,], [], Object.assign([1], { a: 2 }), [[1, , 2]])",
    )
    .await;

    assert_eq!(
        text,
        "[<5 empty items>] [<1 empty item>, 1, <2 empty items>, 2, <1 empty item>, more: true] [<1 empty item>] [] \
         [1, a: 2] [[1, <1 empty item>, 2]]"
    );
}

#[tokio::test]
async fn the_platform_s_functions_show_no_source() {
    let text = console(
        "const text = Function.prototype.toString
         console.log(wx.request.toString() === text.call(wx.request), String(wx.request))
         console.log([text, setTimeout, Page, eval].every(f => text.call(f).endsWith('{\\n    [native code]\\n}')))
         console.log(text.call(function own() { return 1 }), String(class A {}), String(Math.max).includes('native'))
         try { text.call({}) } catch (e) { console.log(e.name) }",
    )
    .await;

    assert_eq!(
        text,
        "true function request() {\n    [native code]\n}\ntrue\nfunction own() { return 1 } class A {} true\nTypeError"
    );
}
