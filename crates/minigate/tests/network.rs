//! The whole program against real servers in another process's place: roots, addresses and time-outs.
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use minigate_testkit::{Authority, Leaf, Origin, Reply, Script, ScriptedServer, answer, hostile, polite};

const DOMAIN: &str = "api.spec.example";

/// An app whose only page makes one call when it loads and says what became of it.
fn app(dir: &Path, app_json: &str) {
    let page = dir.join("pages/index");
    std::fs::create_dir_all(&page).unwrap();
    std::fs::write(dir.join("app.json"), app_json).unwrap();
    std::fs::write(dir.join("app.js"), "App({})").unwrap();
    std::fs::write(
        dir.join("minigate.toml"),
        format!("[domains]\nrequest = ['https://{DOMAIN}']"),
    )
    .unwrap();
    let call = format!(
        "Page({{ onLoad() {{ wx.request({{ url: 'https://{DOMAIN}/x', \
         complete: (res) => console.log(res.statusCode, res.errMsg) }}) }} }})"
    );
    std::fs::write(page.join("index.js"), call).unwrap();
}

const APP_JSON: &str = r#"{"pages": ["pages/index/index"]}"#;

async fn minigate(dir: &Path, args: Vec<String>) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command
        .arg("run")
        .arg(dir)
        .args(args)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1");
    let Output {
        status,
        stdout,
        stderr,
    } = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let text = [stdout, stderr].concat();
    (status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn resolve(origin: &impl std::fmt::Display) -> [String; 2] {
    ["--resolve".to_owned(), format!("*:443:{origin}")]
}

fn trusting(dir: &Path, flag: &str, authority: &Authority) -> [String; 2] {
    let path = dir.join("root.pem");
    std::fs::write(&path, authority.root_pem()).unwrap();
    [flag.to_owned(), path.display().to_string()]
}

async fn origin(authority: &Arc<Authority>) -> Origin {
    let respond = polite(DOMAIN, |_| {
        Reply::json(http::StatusCode::OK, &serde_json::json!({ "ok": true }))
    });
    Origin::start(respond, authority).await.unwrap()
}

#[tokio::test]
async fn t2_an_added_root_is_trusted_and_any_other_is_not() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), APP_JSON);
    let (authority, stranger) = (Arc::new(Authority::new().unwrap()), Authority::new().unwrap());
    let origin = origin(&authority).await;

    for flag in ["--ca", "--only-ca"] {
        let args = [resolve(&origin.addr()), trusting(dir.path(), flag, &authority)].concat();
        let (code, text) = minigate(dir.path(), args).await;
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("200 request:ok"), "{text}");
    }
    let args = [
        resolve(&origin.addr()),
        trusting(dir.path(), "--only-ca", &stranger),
    ]
    .concat();
    let (code, text) = minigate(dir.path(), args).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("failed  T2") && text.contains("request:fail ssl hand shake error"),
        "{text}"
    );
}

#[tokio::test]
async fn t5_a_missing_intermediate_is_named() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), APP_JSON);
    let authority = Authority::new().unwrap();
    let leaf = Leaf::for_name(DOMAIN)
        .with_intermediates(1)
        .incomplete()
        .issue(&authority);
    let server = ScriptedServer::start(leaf, [Script::answering(answer(200, &[], "{}"))]).await;

    let args = [
        resolve(&server.addr()),
        trusting(dir.path(), "--only-ca", &authority),
    ]
    .concat();
    let (code, text) = minigate(dir.path(), args).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("failed  T5"), "{text}");
}

#[tokio::test]
async fn s1_a_skipped_check_takes_any_certificate_and_says_what_it_was_spared() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), APP_JSON);
    let authority = Authority::new().unwrap();
    let leaf = Leaf::for_name(DOMAIN).expired().issue(&authority);
    let server = ScriptedServer::start(leaf, [Script::answering(answer(200, &[], "{}"))]).await;
    let trust = trusting(dir.path(), "--only-ca", &authority);

    let skipping = [resolve(&server.addr()), trust.clone()].concat();
    let (code, text) = minigate(dir.path(), [skipping, vec!["--skip-check".to_owned()]].concat()).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("spared  200") && text.contains("T4 android: request:fail ssl hand shake"),
        "{text}"
    );

    let (code, text) = minigate(dir.path(), [resolve(&server.addr()), trust].concat()).await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("failed  T4"), "{text}");
}

#[tokio::test]
async fn n2_the_time_out_of_app_json_holds() {
    let dir = tempfile::tempdir().unwrap();
    app(
        dir.path(),
        r#"{"pages": ["pages/index/index"], "networkTimeout": {"request": 200}}"#,
    );
    let authority = Authority::new().unwrap();
    let leaf = Leaf::for_name(DOMAIN).issue(&authority);
    let server = ScriptedServer::start(leaf, [hostile::silence()]).await;

    let args = [
        resolve(&server.addr()),
        trusting(dir.path(), "--only-ca", &authority),
    ]
    .concat();
    let (code, text) = minigate(dir.path(), args).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("failed  N1") && text.contains("request:fail timeout"),
        "{text}"
    );
    assert!(text.contains("within 200 ms"), "{text}");
}
