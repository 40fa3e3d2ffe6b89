//! `wx.request`: what it sends, what it gives, and in which order.

mod support;

use http::{HeaderMap, HeaderValue};
use minigate_js::{Notice, Place, Unsent};
use minigate_testkit::{Asked, Reply};
use support::{Run, Server, console, run};

#[tokio::test]
async fn json_becomes_an_object_and_callbacks_come_in_order() {
    let server = Server::start(echo).await;

    let run = server
        .run(
            "const task = wx.request({
               url: 'https://api.test/a',
               success(res) { console.log(Object.keys(res).join(), res.statusCode, res.data.path, res.errMsg); this.same = res; first = res },
               fail() { console.log('fail') },
               complete(res) { console.log('complete', res === first) },
             })
             let first
             console.log(typeof task.abort, task instanceof Promise)",
        )
        .await;

    assert_eq!(
        run.text(),
        "function false\ndata,statusCode,header,cookies,profile,errMsg 200 /a request:ok\ncomplete true"
    );
}

#[tokio::test]
async fn data_becomes_a_query_or_a_body_as_the_method_and_type_say() {
    let cases = [
        (
            "url: U, data: { a: '1 2', b: '中', c: [1, 2], n: null, u: undefined }",
            "GET ?a=1%202&b=%E4%B8%AD&c=1%2C2&n=null",
        ),
        ("url: U + '?x=1#top', data: { y: 2 }", "GET ?x=1&y=2"),
        ("url: U, data: 'raw=1'", "GET ?raw=1"),
        ("url: U, method: 'head', data: { a: 1 }", "HEAD ?a=1"),
        (
            "url: U, method: 'POST', data: { a: { b: [1] } }",
            "POST application/json {\"a\":{\"b\":[1]}}",
        ),
        (
            "url: U, method: 'POST', data: 'text'",
            "POST application/json text",
        ),
        (
            "url: U, method: 'POST', header: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }, data: { a: '1 2', o: {} }",
            "POST application/x-www-form-urlencoded; charset=utf-8 a=1%202&o=%5Bobject%20Object%5D",
        ),
        (
            "url: U, method: 'put', header: { 'content-type': 'text/plain' }, data: { a: 1 }",
            "PUT text/plain {\"a\":1}",
        ),
        (
            "url: U, method: 'POST', data: new Uint8Array([104, 105]).buffer",
            "POST application/json hi",
        ),
        ("url: U, method: 'DELETE'", "DELETE application/json"),
        ("url: U, method: 'POST', data: 7", "POST application/json 7"),
    ];
    let server = Server::start(echo).await;
    for (options, _) in cases {
        let script = format!("const U = 'https://api.test/'; wx.request({{ {options} }})");
        assert_eq!(
            server.run(&script).await.faults(),
            Vec::<&minigate_js::Fault>::new()
        );
    }

    let sent: Vec<_> = server.origin.log().iter().map(summary).collect();

    assert_eq!(sent, cases.map(|(_, expected)| expected));
}

#[tokio::test]
async fn bytes_arrive_as_they_were_sent() {
    let server = Server::start(|asked| Reply {
        body: asked.body.clone(),
        ..Reply::default()
    })
    .await;

    let run = server
        .run(
            "const all = new Uint8Array(100000); for (let i = 0; i < all.length; i++) all[i] = i
             wx.request({ url: 'https://api.test/', method: 'POST', data: all.buffer, responseType: 'arraybuffer', success({ data }) {
               const back = new Uint8Array(data)
               console.log(data instanceof ArrayBuffer, back.length, back.every((byte, i) => byte === i % 256))
               back[0] = 9; console.log(back[0])
             } })",
        )
        .await;

    assert_eq!(run.text(), "true 100000 true\n9");
}

#[tokio::test]
async fn n3_the_referer_of_an_app_is_dropped_however_it_is_spelled() {
    let server = Server::start(echo).await;

    let script = "wx.request({ url: 'https://api.test/', header: { ReFeReR: 'https://evil.test/', 'X-A': 1, 'x-a': 'two', Empty: '' } })";
    let run = server.run(script).await;

    assert_eq!(run.text(), "");
    let log = server.origin.log();
    let headers = &log[0].headers;
    assert_eq!(
        headers["referer"],
        "https://servicewechat.com/wx0123456789abcdef/devtools/page-frame.html"
    );
    assert_eq!(headers["x-a"], "two");
    assert_eq!(headers["content-type"], "application/json");
}

#[tokio::test]
async fn n8_an_answer_of_any_status_is_a_success_and_what_is_no_json_stays_text() {
    let server = Server::start(|asked| {
        let mut headers = HeaderMap::new();
        for value in ["a=1; path=/", "b=2"] {
            headers.append("set-cookie", HeaderValue::from_static(value));
        }
        let status = if asked.path == "/404" {
            http::StatusCode::NOT_FOUND
        } else {
            http::StatusCode::OK
        };
        Reply {
            status,
            headers,
            body: "{oops".into(),
            ..Reply::default()
        }
    })
    .await;

    let run = server
        .run(
            "wx.request({ url: 'https://api.test/404', success(res) { console.log(res.statusCode, res.data, res.cookies.join('|'), res.header['set-cookie'] ?? res.header['Set-Cookie']) } })
             wx.request({ url: 'https://api.test/', dataType: '其他', success(res) { console.log(typeof res.data, typeof res.profile.fetchStart) } })",
        )
        .await;

    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["404 {oops a=1; path=/|b=2 a=1; path=/,b=2", "string number"]
    );
}

#[tokio::test]
async fn chunks_and_headers_come_before_the_end_and_off_takes_listeners_away() {
    let server = Server::start(|_| Reply {
        body: "piece".into(),
        ..Reply::default()
    })
    .await;

    let run = server
        .run(
            "const log = []
             const task = wx.request({ url: 'https://api.test/', enableChunked: true, complete(res) { log.push('end'); console.log(log.join()) } })
             const gone = () => log.push('gone')
             task.onHeadersReceived(gone); task.onHeadersReceived(gone); task.offHeadersReceived(gone)
             task.onChunkReceived(gone); task.offChunkReceived()
             task.onHeadersReceived(res => log.push(res.statusCode))
             task.onChunkReceived(({ data }) => log.push(String.fromCharCode(...new Uint8Array(data))))",
        )
        .await;

    assert_eq!(run.text(), "200,piece,end");
}

#[tokio::test]
async fn abort_settles_once_and_nothing_comes_after() {
    let server = Server::start(echo).await;

    let run = server
        .run(
            "const task = wx.request({ url: 'https://api.test/', success() { console.log('success') }, fail(e) { console.log(e.errMsg) }, complete() { console.log('complete') } })
             task.onHeadersReceived(() => console.log('headers'))
             task.abort(); task.abort(); setTimeout(() => task.abort(), 50)",
        )
        .await;

    assert_eq!(run.text(), "request:fail abort\ncomplete");
}

#[tokio::test]
async fn d1_a_call_to_a_domain_that_is_not_listed_fails_later_with_the_platform_s_words() {
    let text = console(
        "wx.request({ url: 'https://other.test/', fail(e) { console.log(JSON.stringify(e)) } })
         wx.request({ url: '/relative', fail(e) { console.log(JSON.stringify(e)) } }); console.log('first')",
    )
    .await;

    assert_eq!(
        text,
        "first\n{\"errMsg\":\"request:fail url not in domain list\",\"errno\":600002}\n{\"errMsg\":\"request:fail invalid url \\\"/relative\\\"\",\"errno\":600009}"
    );
}

#[tokio::test]
async fn options_that_are_wrong_fail_with_their_name_and_never_throw() {
    let cases = [
        (
            "undefined",
            "parameter error: parameter should be Object instead of Undefined;",
        ),
        (
            "{}",
            "parameter error: parameter.url should be String instead of Undefined;",
        ),
        (
            "{ url: 1 }",
            "parameter error: parameter.url should be String instead of Number;",
        ),
        (
            "{ url: 'x', method: 'PATCH' }",
            "parameter error: parameter.method should be one of OPTIONS, GET, HEAD, POST, PUT, DELETE, TRACE, CONNECT instead of \"PATCH\";",
        ),
        (
            "{ url: 'x', header: [] }",
            "parameter error: parameter.header should be Object instead of Array;",
        ),
        (
            "{ url: 'x', header: { 'a b': 1 } }",
            "parameter error: parameter.header has an invalid name \"a b\";",
        ),
        (
            "{ url: 'x', header: { a: 'x\\r\\nreferer: y' } }",
            "parameter error: parameter.header.a has an invalid value;",
        ),
        (
            "{ url: 'x', timeout: '5' }",
            "parameter error: parameter.timeout should be Number instead of String;",
        ),
        (
            "{ get url() { throw new Error('mine') } }",
            "parameter error: Error: mine",
        ),
        ("{ url: 'x', get data() { throw null } }", "parameter error: null"),
    ];
    for (options, expected) in cases {
        let script = format!(
            "const o = {options}; let n = 0
             const task = wx.request(o && Object.defineProperties(o, {{ fail: {{ value: e => console.log(e.errMsg, e.errno, n) }}, complete: {{ value() {{ n++ }} }} }}))
             console.log(typeof task.abort); task.abort()"
        );

        let text = console(&script).await;

        let reached = if options == "undefined" {
            "function".to_owned()
        } else {
            format!("function\nrequest:fail {expected} 1001 0")
        };
        assert_eq!(text, reached, "{options}");
    }
}

#[tokio::test]
async fn data_that_can_t_be_sent_fails_as_invalid_request_data() {
    let text = console(
        "const cycle = {}; cycle.self = cycle
         const fail = e => console.log(e.errMsg, e.errno)
         wx.request({ url: 'https://a.test', method: 'POST', data: cycle, fail })
         wx.request({ url: 'https://a.test', method: 'POST', data() {}, fail })
         wx.request({ url: 'https://a.test', data: { a: '\\ud800' }, fail })
         wx.request({ url: 'https://a.test', method: 'POST', data: { toJSON() { throw 1 } }, fail })",
    )
    .await;

    assert_eq!(text, ["request:fail invalid request data 600010"; 4].join("\n"));
}

#[tokio::test]
async fn each_option_is_read_once() {
    let text = console(
        "const seen = []
         const target = { url: 'https://a.test', header: new Proxy({ a: 1 }, { get(t, k) { seen.push('header.' + String(k)); return t[k] } }) }
         wx.request(new Proxy(target, { get(t, k) { seen.push(String(k)); return t[k] } }))
         const twice = seen.filter((name, i) => seen.indexOf(name) !== i)
         console.log(twice.length, seen.includes('header.a'))",
    )
    .await;

    assert_eq!(text, "0 true");
}

#[tokio::test]
async fn a_callback_that_throws_is_reported_and_the_rest_goes_on() {
    let run = run(&[(
        "app.js",
        "wx.request({ url: 'https://a.test',\n  fail() { throw new Error('in fail') },\n  complete() { console.log('complete') } })\nwx.request({ url: 'https://a.test', complete() { console.log('next') } })",
    )])
    .await;

    assert_eq!(run.lines(), ["complete", "next"]);
    assert_eq!(run.faults().len(), 1);
    assert_eq!(run.faults()[0].message, "Error: in fail");
    assert_eq!(run.faults()[0].place.as_ref().map(|place| place.line), Some(2));
}

#[tokio::test]
async fn n5_a_call_from_the_background_fails_at_once() {
    let server = Server::start(echo).await;
    let notices = std::rc::Rc::default();
    let script = "App({ onHide() { wx.request({ url: 'https://api.test/', fail(e) { console.log(e.errMsg, e.errno) } }) }, onShow() { console.log('show') } })";
    let mut app = server.app(&[("app.js", script)], &notices);

    app.launch(&minigate_js::Launch::default()).unwrap();
    app.hide(minigate_js::HideReason::Left).unwrap();
    app.run_until_idle(tokio::time::Instant::now() + std::time::Duration::from_secs(60))
        .await;

    let lines: Vec<_> = notices
        .borrow()
        .iter()
        .filter_map(|notice| match notice {
            Notice::Console(line) => Some(line.text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(lines, ["show", "request:fail interrupted 600003"]);
}

#[tokio::test]
async fn a_call_that_is_never_sent_is_told_with_its_place_and_cause() {
    let cases = [
        (
            "{}",
            "request:fail parameter error: parameter.url should be String instead of Undefined;",
            Some(1001),
            None,
        ),
        (
            "{ get url() { throw new RangeError('mine') } }",
            "request:fail parameter error: RangeError: mine",
            Some(1001),
            Some("RangeError: mine"),
        ),
        (
            "{ url: 'https://api.test/', method: 'POST', data: { toJSON() { throw new Error('no') } } }",
            "request:fail invalid request data",
            Some(600_010),
            Some("Error: no"),
        ),
        (
            "{ url: 'https://api.test/', method: 'POST', data() {} }",
            "request:fail invalid request data",
            Some(600_010),
            Some("TypeError: JSON has no Function"),
        ),
    ];
    for (options, err_msg, errno, cause) in cases {
        let run = run(&[("app.js", &format!("\n  wx.request({options})"))]).await;

        let expected = Unsent {
            api: "request".to_owned(),
            err_msg: err_msg.to_owned(),
            errno,
            place: Some(Place {
                file: "app.js".to_owned(),
                line: 2,
                column: 6,
            }),
            cause: cause.map(str::to_owned),
        };
        assert_eq!(unsent(&run), [&expected], "{options}");
    }
}

#[tokio::test]
async fn n2_a_timeout_of_nothing_is_none_and_any_other_positive_one_is_used() {
    let server = Server::start(|_| Reply::default()).await;

    let run = server
        .run(
            "for (const timeout of [0, -0, 1e300, 0.5]) wx.request({ url: 'https://api.test/', timeout,
               complete: res => console.log(timeout, res.errMsg) })",
        )
        .await;

    let mut lines = run.lines();
    lines.sort_unstable();
    assert_eq!(lines[..2], ["-0 request:ok", "0 request:ok"]);
    assert!(lines.contains(&"1e+300 request:ok"));
    assert!(lines.contains(&"0.5 request:fail timeout"));
}

fn unsent(run: &Run) -> Vec<&Unsent> {
    let told = run.notices.iter().filter_map(|notice| match notice {
        Notice::Unsent(unsent) => Some(unsent),
        _ => None,
    });
    told.collect()
}

fn echo(asked: &Asked) -> Reply {
    Reply::json(http::StatusCode::OK, &serde_json::json!({ "path": asked.path }))
}

fn summary(asked: &Asked) -> String {
    let query = asked.query.as_ref().map(|query| format!("?{query}"));
    let content_type = asked
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    let body = String::from_utf8_lossy(&asked.body);
    let sent = query.unwrap_or_else(|| format!("{} {body}", content_type.unwrap_or_default()));
    format!("{} {}", asked.method, sent.trim_end())
}
