//! What is recorded is written down however a run ends, and what isn't whole is told.

use std::path::Path;

use serde_json::Value;

use crate::runs::run;

/// An app that calls, with what it does when it is answered.
fn app(dir: &Path, then: &str, body: &[u8]) {
    let page = format!(
        "Page({{ onLoad() {{
           wx.downloadFile({{ url: 'https://api.spec.example/a', success: () => {{ {then} }} }})
         }} }})"
    );
    let settings = "profile = { era = 'current' }\nlimits = { turn_ms = 200 }\nmock = { folder = 'mock' }\n\
                    domains = { downloadFile = ['https://api.spec.example'] }";
    for (path, content) in [
        ("app.js", "App({})".as_bytes()),
        ("app.json", b"{\"pages\": [\"pages/index/index\"]}"),
        ("pages/index/index.js", page.as_bytes()),
        (
            "mock/api.spec.example/answers.toml",
            b"[[answer]]\nwhen.path = '/a'\ngive.file = 'a.bin'",
        ),
        ("mock/api.spec.example/a.bin", body),
        ("minigate.toml", settings.as_bytes()),
    ] {
        let file = dir.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
}

fn entry(har: &Path) -> Value {
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(har).unwrap()).unwrap();
    file["log"]["entries"][0].take()
}

#[test]
fn a_limit_that_ends_the_app_keeps_what_was_recorded() {
    // The second can't be interrupted, so the whole process ends.
    for then in [
        "for (;;);",
        "Array.prototype.reverse.call({ length: 2 ** 53 - 1 })",
    ] {
        let dir = tempfile::tempdir().unwrap();
        app(dir.path(), then, b"hello");
        let har = dir.path().join("x.har");

        let (code, lines) = run(dir.path(), &["--record", har.to_str().unwrap()]);

        assert!(lines.iter().any(|line| line["type"] == "limit"), "{lines:#?}");
        assert_eq!(code, Some(1), "{then}");
        assert_eq!(entry(&har)["response"]["content"]["text"], "hello", "{then}");
    }
}

#[test]
fn an_answer_that_is_cut_is_told_and_not_replayed() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), "", &vec![0; 17 << 20]);
    let har = dir.path().join("x.har");

    let (_, recorded) = run(dir.path(), &["--record", har.to_str().unwrap()]);
    let (code, replayed) = run(dir.path(), &["--replay", har.to_str().unwrap()]);

    let told = recorded.last().and_then(Value::as_str).unwrap_or_default();
    assert!(told.contains("not whole: 1 of its entries"), "{recorded:#?}");
    let comment = "Of the answer's 17825792 bytes only 16777216 are kept.";
    assert_eq!(entry(&har)["comment"], comment);
    assert_eq!(code, Some(1));
    let is_refused = |line: &Value| {
        line["headline"]
            .as_str()
            .is_some_and(|told| told.contains("too long to be kept"))
    };
    assert!(replayed.iter().any(is_refused), "{replayed:#?}");
}
