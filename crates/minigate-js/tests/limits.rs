//! What an app may use up, and what becomes of one that wants more.

mod support;

use std::time::Duration;

use minigate_js::{End, Fault, Limit, Limits, Notice, Overrun};
use support::{run, run_with};

#[tokio::test]
async fn endless_code_of_any_kind_ends_the_app_and_not_the_process() {
    let loops = [
        "for (;;) {}",
        "({ get x() { for (;;) {} } }).x",
        "/^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')",
        "[3, 1, 2].sort(() => { for (;;) {} })",
        "JSON.stringify({ toJSON() { for (;;) {} } })",
        "(function f() { Promise.resolve().then(f) })()",
        "(async () => { for (;;) await null })()",
        "for (;;) try { for (;;) {} } catch (e) {} finally { continue }",
        "setTimeout(() => { for (;;) {} })",
        "wx.request({ get url() { for (;;) {} } })",
        "console.log(new Proxy({}, { ownKeys() { for (;;) {} } })); for (;;) {}",
        "Promise.reject({ get message() { for (;;) {} } }).catch(e => e.message)",
    ];
    for code in loops {
        let run = run_with(&[("app.js", code)], short_turns()).await;

        assert_eq!(run.end, End::Died(too_long()), "{code}");
        let told = run
            .notices
            .iter()
            .filter(|notice| matches!(notice, Notice::Limit(told) if told.limit == too_long()))
            .count();
        assert_eq!(told, 1, "{code}");
    }
}

#[tokio::test]
async fn built_in_functions_that_take_too_long_end_the_app_when_they_return() {
    let slow = [
        "const big = {}; for (let i = 0; i < 2e4; i++) big['k' + i] = i
         for (let i = 0; i < 40; i++) Object.assign({}, big)",
        "const many = new Array(5e4).fill('text'); for (let i = 0; i < 100; i++) JSON.stringify(many)",
        "Promise.resolve().then(() => { new Array(3e6).join('') })",
    ];
    for code in slow {
        let run = run_with(&[("app.js", code)], short_turns()).await;

        assert_eq!(run.end, End::Died(too_long()), "{code}");
    }
}

#[tokio::test]
async fn a_full_heap_ends_the_app() {
    let bombs = [
        "const all = []; for (;;) all.push('x'.repeat(1 << 20).toUpperCase())",
        "let s = 'x'; for (;;) { s += s; s.indexOf('y') }",
        "const all = []; for (;;) all.push(new ArrayBuffer(1 << 20))",
        "const all = []; (function f() { all.push(new Uint8Array(1 << 16)); Promise.resolve().then(f) })()",
    ];
    for code in bombs {
        let limits = Limits {
            memory: 16 << 20,
            ..Limits::default()
        };

        let run = run_with(&[("app.js", code)], limits).await;

        assert_eq!(run.end, End::Died(Limit::Memory { bytes: 16 << 20 }), "{code}");
    }
}

#[tokio::test]
async fn a_full_heap_ends_the_app_whatever_it_catches() {
    let bombs = [
        "const all = []; for (;;) all.push({ a: [all.length] })",
        "try { const all = []; for (;;) all.push(new Array(1000).fill(1)) } catch (e) {} console.log('on')",
        "(function f() { try { const all = []; for (;;) all.push('x' + all.length) } catch (e) {} })()",
        "try { 'x'.repeat(1 << 26) } catch (e) {}",
        "try { new ArrayBuffer(1 << 26) } catch (e) {}",
        "try { '\\u0344'.repeat(3e6).normalize('NFD') } catch (e) {}",
        "(async () => { const all = []; for (;;) all.push([all.length]) })().catch(() => {})",
        "Promise.reject(1).catch(() => {}); new Promise(() => { throw 1 }).catch(() => {}).then(() => {
           try { const all = []; for (;;) all.push(new Array(1000).fill(1)) } catch (e) {} })",
        "const m = new Map(); try { for (let i = 0; ; i++) m.set('k' + i, { i }) } catch (e) { console.log(e) }",
    ];
    for code in bombs {
        let limits = Limits {
            memory: 16 << 20,
            ..Limits::default()
        };

        let run = run_with(&[("app.js", code)], limits).await;

        assert_eq!(run.end, End::Died(Limit::Memory { bytes: 16 << 20 }), "{code}");
        assert_eq!(run.faults(), Vec::<&Fault>::new(), "{code}");
    }
}

// The last bytes may be room for an error and not for its message, or for neither.
#[tokio::test]
async fn a_full_heap_ends_the_app_however_little_is_left() {
    let fill = "try { const all = []; for (;;) all.push(new Array(1000).fill(1)) } catch (e) {}";
    let later = format!("new Promise(() => {{ throw 1 }}).catch(() => {{}}).then(() => {{ {fill} }})");
    for code in [fill, &later] {
        for step in 0..40 {
            let memory = (6 << 20) + step * 411;
            let limits = Limits {
                memory,
                ..Limits::default()
            };

            let run = run_with(&[("app.js", code)], limits).await;

            assert_eq!(run.end, End::Died(Limit::Memory { bytes: memory }), "{code}");
        }
    }
}

#[tokio::test]
async fn a_null_that_the_app_throws_is_its_own() {
    let code = "for (let i = 0; i < 100; i++) try { throw null } catch (e) { if (e !== null) throw e }
        try { throw new InternalError('x') } catch (e) { console.log(e.message) }";

    let run = run(&[("app.js", code)]).await;

    assert_eq!(run.text(), "x");
    assert_eq!(run.end, End::Idle);
}

#[tokio::test]
async fn an_endless_loop_is_told_with_its_place() {
    let code = "let n = 0\n\nfunction spin() {\n  for (;;) n += 1\n}\nspin()";

    let run = run_with(&[("app.js", code)], short_turns()).await;

    let place = run.notices.iter().find_map(|notice| match notice {
        Notice::Limit(overrun) => overrun.place.clone(),
        _ => None,
    });
    let place = place.unwrap();
    assert_eq!((place.file.as_str(), place.line), ("app.js", 4));
}

#[tokio::test]
async fn deep_recursion_is_an_error_like_any_other() {
    let run = run(&[(
        "app.js",
        "function f() { return f() + 1 }\ntry { f() } catch (e) { console.log(e instanceof RangeError, e.message, e.stack.split('\\n')[1].slice(0, 19)) }
         let nested = []; for (let i = 0; i < 1e5; i++) nested = [nested]
         try { JSON.stringify(nested) } catch (e) { console.log(e.name) }
         console.log('still here')",
    )])
    .await;

    assert_eq!(run.end, End::Idle);
    assert_eq!(
        run.lines(),
        [
            "true Maximum call stack size exceeded     at f (app.js:1:",
            "RangeError",
            "still here"
        ]
    );
}

#[tokio::test]
async fn deep_recursion_fits_on_a_thread_of_two_mebibytes() {
    let script = "function f(n) { return [n].map(f) } try { f(0) } catch (e) { console.log(e.name) }
        let deep = '['.repeat(1e5); try { JSON.parse(deep) } catch (e) { console.log(e.name) }
        try { new RegExp('('.repeat(1e5)) } catch (e) { console.log(e.name) }";
    let app = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run(&[("app.js", script)])).lines().join(" ")
    };

    let lines = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(app)
        .unwrap()
        .join()
        .unwrap();

    assert_eq!(lines, "RangeError RangeError SyntaxError");
}

#[tokio::test(start_paused = true)]
async fn a_timer_too_many_throws_and_the_rest_go_on() {
    let limits = Limits {
        timers: 3,
        ..Limits::default()
    };
    let code =
        "let n = 0; try { for (;;) setTimeout(() => n++, 5) } catch (e) { console.log(e.name, e.message) }
        setTimeout; Promise.resolve().then(() => {}); globalThis.show = () => console.log(n)";

    let run = run_with(&[("app.js", code)], limits).await;

    let told = format!("RangeError {}", Limit::Timers { count: 3 });
    assert_eq!(run.lines(), [told]);
    assert_eq!(run.end, End::Idle);
}

#[tokio::test]
async fn a_call_too_many_fails_and_the_rest_settle() {
    let limits = Limits {
        pending_calls: 2,
        ..Limits::default()
    };
    let code = "for (let i = 0; i < 3; i++) wx.request({ url: 'https://a.example/', fail: e => console.log(i, e.errno) })";

    let run = run_with(&[("app.js", code)], limits).await;

    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(lines, ["0 600002", "1 600002", "2 600007"]);
    let overrun = Overrun {
        limit: Limit::PendingCalls { count: 2 },
        place: None,
    };
    assert!(run.notices.contains(&Notice::Limit(overrun)));
}

#[tokio::test]
async fn bodies_that_wait_have_a_limit_together() {
    let limits = Limits {
        pending_bytes: 1000,
        ..Limits::default()
    };
    let code = "const data = 'x'.repeat(600)
        for (let i = 0; i < 2; i++) wx.request({ url: 'https://a.example/', method: 'POST', data, fail: e => console.log(e.errno) })";

    let run = run_with(&[("app.js", code)], limits).await;

    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(lines, ["600002", "602300"]);
}

#[tokio::test]
async fn ten_thousand_calls_at_once_settle_each_once() {
    let code = "let done = 0; for (let i = 0; i < 10000; i++) wx.request({ url: 'https://a.example/' + i, complete() { if (++done === 10000) console.log('all') } })";

    // A busy machine may take long for so many in one turn.
    let limits = Limits {
        turn: Duration::from_secs(60),
        ..Limits::default()
    };

    let run = run_with(&[("app.js", code)], limits).await;

    assert_eq!(run.text(), "all");
    assert_eq!(run.end, End::Idle);
}

#[tokio::test]
async fn a_file_too_large_is_not_read() {
    let limits = Limits {
        module: 1000,
        ..Limits::default()
    };
    let big = "x".repeat(1001);

    let run = run_with(&[("app.js", "require('./big')"), ("big.js", &big)], limits).await;

    assert!(run.faults()[0].message.starts_with("Error: can't read big.js: "));
}

fn short_turns() -> Limits {
    Limits {
        turn: Duration::from_millis(50),
        ..Limits::default()
    }
}

fn too_long() -> Limit {
    Limit::Turn {
        span: short_turns().turn,
    }
}
