//! What no sane project holds: it is bounded and told, and nothing panics.
#![expect(clippy::expect_used, reason = "what can't be written fails the test")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use minigate_js::Project;
use minigate_lint::{Check, Report, Terms, lint, urls};

#[test]
fn nesting_and_size_are_bounded() {
    for source in [
        "(".repeat(200_000),
        format!("x = {}1{}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("x = {}1", "!".repeat(100_000)),
        format!("x = 'a'{}", "+ 'b'".repeat(100_000)),
        format!("x = {}1", "a ? b : ".repeat(5_000)),
        format!("{}{}", "function f(){".repeat(3_000), "}".repeat(3_000)),
        format!("wx{}", ".a()".repeat(5_000)),
        format!("x = {}0{}", "{a:".repeat(5_000), "}".repeat(5_000)),
        format!("f({})", "f(".repeat(3_000) + &")".repeat(3_000)),
    ] {
        let report = linted(&[("app.js", source.as_bytes())]);

        assert_eq!(report.calls, 0);
    }
}

#[test]
fn t11_urls_in_nested_files_of_every_kind_are_bounded() {
    let deep = |open: &str, close: &str| open.repeat(20_000) + "https://a.example/" + &close.repeat(20_000);
    let files = [
        ("a.wxml", format!("<view a=\"{{{{{}}}}}\"/>", deep("[", "]"))),
        ("b.wxml", "<view a='https://".repeat(50_000)),
        ("c.wxss", format!("a {}", deep("{", "}"))),
        ("d.wxss", format!("a {{ b: {} }}", deep("url(x(", ")"))),
        ("e.json", deep("[", "]")),
        ("f.wxs", deep("(", ")")),
        ("g.js", format!("x = {}1", "`https://a.example/${".repeat(2_000))),
        ("h.js", format!("x = {}''", "'https://' + ".repeat(50_000))),
        (
            "i.js",
            format!("x = '{}'", "\"https://a.example/".repeat(100_000)),
        ),
    ];
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect();

    let begun = now();
    linted(&files);

    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn values_that_depend_on_themselves_end() {
    let report = linted(&[
        ("app.js", b"export * from './b'\nimport { a } from './b'\nlet x = a\nx = y\nlet y = x + x\nconst f = (p = f(p)) => f(p) + g(p)\nfunction g(p) { return f(g(p)) + g(f(p)) }\nwx.request({ url: f(y) + a })\nconst o = { ...o }\no.url = o.url\nwx.request(o)\nconst s = { ...t }, t = { ...s }\nwx.request({ url: t.url.x[t.y] })"),
        ("b.js", b"export * from './app'\nexport { a } from './app'\nmodule.exports = require('./b')"),
    ]);

    assert_eq!((report.calls, report.unknown), (3, 3));
}

#[test]
fn many_values_and_functions_take_bounded_time() {
    let mut source = String::new();
    for index in 0..400 {
        source += &format!(
            "function f{index}(p, q) {{ o.m = p; return c ? f{}(p + q, o.m) : f{}(q + o.m, p) }}\n",
            (index + 1) % 400,
            (index + 7) % 400
        );
    }
    source += "const o = {}\nfor (let i = 0; i < 9; i++) wx.request({ url: f0('https://a.example', o.m) })\n";

    let begun = now();
    let report = linted(&[("app.js", source.as_bytes())]);

    assert_eq!(report.calls, 1);
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn what_cant_be_read_is_told() {
    let report = linted(&[
        ("latin.js", b"const a = '\xe9'"),
        ("large.js", &vec![b' '; (4 << 20) + 1]),
        ("wrong.js", b"const = 1"),
        ("a.wxml", b"<image src='\xff'/>"),
        ("nul.js", b"wx.request({ url: 'http://a.example' })\0"),
    ]);

    let unread = report
        .findings
        .iter()
        .filter(|finding| finding.check() == Check::FileUnread);
    let unread: Vec<_> = unread.map(|finding| finding.place.file.as_str()).collect();
    assert!(
        ["a.wxml", "large.js", "latin.js", "wrong.js"]
            .iter()
            .all(|file| unread.contains(file)),
        "{unread:?}"
    );
}

#[cfg(unix)]
#[test]
fn links_are_told_and_not_followed() {
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(
        outside.path().join("secret.js"),
        "const secret = '9f86d081884c7d659a2feaa0c55ad015'",
    )
    .expect("written");
    let app = tempfile::tempdir().expect("a folder");
    std::fs::write(app.path().join("app.json"), r#"{"pages":["a"]}"#).expect("written");
    std::os::unix::fs::symlink(outside.path().join("secret.js"), app.path().join("app.js")).expect("linked");
    std::os::unix::fs::symlink(app.path(), app.path().join("round")).expect("linked");

    let project = Project::open(app.path()).expect("an app");
    let report = lint(&project, &terms()).expect("it can be listed");

    let found: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.check(), finding.place.file.as_str()))
        .collect();
    assert_eq!(
        found,
        [(Check::FileUnread, "app.js"), (Check::FileUnread, "round")]
    );
}

fn linted(files: &[(&str, &[u8])]) -> Report {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    all.insert("app.json".to_owned(), br#"{"pages":["a"]}"#.to_vec());
    all.extend(
        files
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())),
    );
    let project = Project::from_files(all).expect("an app");
    urls(&project, &terms()).expect("it can be listed");
    lint(&project, &terms()).expect("it can be listed")
}

fn terms() -> Terms {
    Terms::new("wx0123456789abcdef".parse().expect("an ID"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it really takes is what is asked"
)]
fn now() -> Instant {
    Instant::now()
}
