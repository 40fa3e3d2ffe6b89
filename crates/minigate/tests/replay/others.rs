//! Files of other programs, and files that are none.

use std::path::Path;

use serde_json::{Value, json};

use crate::runs::run;

fn app(dir: &Path, har: &Value) {
    std::fs::create_dir_all(dir.join("pages/index")).unwrap();
    std::fs::write(dir.join("app.js"), "App({})").unwrap();
    std::fs::write(dir.join("app.json"), "{\"pages\": [\"pages/index/index\"]}").unwrap();
    let page = "Page({ onLoad() {
        const get = (url) => wx.request({ url, complete: (res) =>
          console.log(res.errMsg, res.statusCode, JSON.stringify(res.header), JSON.stringify(res.data)) })
        ;['/a', '/b', '/c', '/d', '/e'].forEach((path) => get('https://api.spec.example' + path))
      } })";
    std::fs::write(dir.join("pages/index/index.js"), page).unwrap();
    std::fs::write(
        dir.join("minigate.toml"),
        "[domains]\nrequest = ['https://api.spec.example']",
    )
    .unwrap();
    std::fs::write(dir.join("x.har"), har.to_string()).unwrap();
}

fn said(lines: &[Value]) -> Vec<String> {
    let mut said: Vec<_> = lines
        .iter()
        .filter(|line| line["type"] == "console")
        .map(|line| line["text"].as_str().unwrap().to_owned())
        .collect();
    said.sort();
    said
}

#[test]
fn exports_of_browsers_and_proxies_are_played() {
    let dir = tempfile::tempdir().unwrap();
    let get = |path: &str, response: Value| {
        json!({ "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 1, "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 },
            "request": { "method": "GET", "url": format!("https://api.spec.example{path}"), "httpVersion": "h3", "headers": [{ "name": ":method", "value": "GET" }] },
            "response": response })
    };
    let har = json!({ "log": { "version": "1.2", "pages": [], "entries": [
        // Chrome: h2's own fields, a coding that is undone already.
        get("/a", json!({ "status": 200, "statusText": "", "httpVersion": "http/2.0",
            "headers": [{ "name": ":status", "value": "200" }, { "name": "content-encoding", "value": "br" }, { "name": "x-a", "value": "1" }],
            "content": { "size": 2, "mimeType": "text/plain", "text": "hi", "compression": 1 } })),
        // mitmproxy: base64; a length of the compressed body.
        get("/b", json!({ "status": 200, "httpVersion": "HTTP/1.1", "headers": [{ "name": "Content-Length", "value": "999" }],
            "content": { "mimeType": "application/json", "text": "eyJhIjoxfQ==", "encoding": "base64" } })),
        // Charles: a charset that is converted already, hardly any optional member.
        get("/c", json!({ "status": 404, "headers": [{ "name": "Content-Type", "value": "text/html; charset=GBK" }],
            "content": { "text": "你好" } })),
        // Chrome, of a call that failed.
        get("/d", json!({ "status": 0, "_error": "net::ERR_NAME_NOT_RESOLVED", "headers": [], "content": {} })),
        // Firefox, without the body.
        get("/e", json!({ "status": 200, "httpVersion": "HTTP/1.1", "headers": [], "content": { "size": 0 } })),
    ] } });
    app(dir.path(), &har);

    let file = dir.path().join("x.har");
    let (_, lines) = run(dir.path(), &["--replay", file.to_str().unwrap()]);

    let expected = [
        "request:fail request unknow host error undefined undefined undefined",
        "request:ok 200 {\"Content-Length\":\"7\"} {\"a\":1}",
        "request:ok 200 {\"content-encoding\":\"br\",\"x-a\":\"1\",\"content-length\":\"6\"} \"hi\"",
        "request:ok 200 {} \"\"",
        "request:ok 404 {\"Content-Type\":\"text/html; charset=GBK\",\"content-length\":\"4\"} \"你好\"",
    ];
    assert_eq!(said(&lines), expected, "{lines:#?}");
}

#[test]
fn what_the_file_does_not_have_fails_and_names_the_nearest() {
    let dir = tempfile::tempdir().unwrap();
    let har = json!({ "log": { "entries": [{ "request": { "method": "GET", "url": "https://api.spec.example/a?page=1" }, "response": { "status": 200 } }] } });
    app(dir.path(), &har);

    let file = dir.path().join("x.har");
    let (code, lines) = run(dir.path(), &["--replay", file.to_str().unwrap()]);

    let headline = lines.iter().find_map(|line| {
        let is_it = line["url"] == "https://api.spec.example/a";
        is_it.then(|| line["headline"].as_str().unwrap_or_default().to_owned())
    });
    assert_eq!(code, Some(1));
    assert_eq!(
        headline.as_deref(),
        Some(
            "the recording has no answer to GET https://api.spec.example/a; \
             the nearest is GET https://api.spec.example/a?page=1"
        ),
        "{lines:#?}"
    );
}

#[test]
fn a_file_that_is_none_is_refused_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let url = "https://api.spec.example/";
    for (har, place) in [
        (json!(3), "the file: invalid type: integer `3`"),
        (json!({ "log": { "entries": {} } }), "log.entries"),
        (json!({ "log": { "entries": [] } }), "no entry"),
        (
            json!({ "log": { "entries": [{ "request": { "url": url } }, { "request": { "url": "nowhere" } }] } }),
            "entry 2, request.url",
        ),
        (
            json!({ "log": { "entries": [{ "request": { "url": url }, "response": { "status": 70000 } }] } }),
            "entry 1, response.status",
        ),
        (
            json!({ "log": { "entries": [{ "request": { "url": url }, "response": { "status": 200, "content": { "text": "%", "encoding": "base64" } } }] } }),
            "entry 1, response.content.text",
        ),
    ] {
        app(dir.path(), &har);

        let file = dir.path().join("x.har");
        let (code, lines) = run(dir.path(), &["--replay", file.to_str().unwrap()]);

        assert_eq!(code, Some(2), "{har}");
        let told = lines[0].as_str().unwrap();
        assert!(told.contains(place) && told.contains("x.har"), "{told}");
    }
}

#[test]
fn a_file_beyond_the_bound_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), &json!({}));
    let file = dir.path().join("x.har");
    std::fs::File::create(&file)
        .unwrap()
        .set_len((1 << 30) + 1)
        .unwrap();

    let (code, lines) = run(dir.path(), &["--replay", file.to_str().unwrap()]);

    assert_eq!(code, Some(2));
    let told = lines[0].as_str().unwrap();
    assert!(told.contains("x.har has more than 1024 MiB"), "{told}");
}
