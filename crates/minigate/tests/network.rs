//! The whole program against real servers in another process's place: roots, addresses and time-outs.
#![expect(clippy::unwrap_used, reason = "what can't be set up fails the test")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use minigate_testkit::{Authority, Leaf, Script, ScriptedServer, answer, hostile};

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

/// Runs the app against what listens at `server`, trusting `authority` by the given flag; further flags may follow.
async fn run(
    server: SocketAddr,
    (flag, authority): (&str, &Authority),
    app_json: &str,
    more: &[&str],
) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), app_json);
    let root = dir.path().join("root.pem");
    std::fs::write(&root, authority.root_pem()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("run").arg(dir.path()).arg(flag).arg(root).args(more);
    command
        .arg("--resolve")
        .arg(format!("*:443:{server}"))
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1");
    let ended = tokio::task::spawn_blocking(move || command.output()).await;
    let Output {
        status,
        stdout,
        stderr,
    } = ended.unwrap().unwrap();
    (
        status.code(),
        String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned(),
    )
}

async fn server(authority: &Authority, leaf: Leaf, script: Script) -> ScriptedServer {
    ScriptedServer::start(leaf.issue(authority), [script]).await
}

fn ok() -> Script {
    Script::answering(answer(200, &[], "{}"))
}

#[tokio::test]
async fn t2_an_added_root_is_trusted_and_any_other_is_not() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let server = server(&authority, Leaf::for_name(DOMAIN), ok()).await;

    for flag in ["--ca", "--only-ca"] {
        let (code, text) = run(server.addr(), (flag, &authority), APP_JSON, &[]).await;
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("200 request:ok"), "{text}");
    }
    let (code, text) = run(server.addr(), ("--only-ca", &stranger), APP_JSON, &[]).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("failed  T2") && text.contains("request:fail ssl hand shake error"),
        "{text}"
    );
}

#[tokio::test]
async fn t5_a_missing_intermediate_is_named() {
    let authority = Authority::new().unwrap();
    let leaf = Leaf::for_name(DOMAIN).with_intermediates(1).incomplete();
    let server = server(&authority, leaf, ok()).await;

    let (code, text) = run(server.addr(), ("--only-ca", &authority), APP_JSON, &[]).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("failed  T5"), "{text}");
}

#[tokio::test]
async fn s1_a_skipped_check_takes_any_certificate_and_says_what_it_was_spared() {
    let authority = Authority::new().unwrap();
    let server = server(&authority, Leaf::for_name(DOMAIN).expired(), ok()).await;
    let trust = ("--only-ca", &authority);

    let (code, text) = run(server.addr(), trust, APP_JSON, &["--skip-check"]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("spared  200") && text.contains("T4 android: request:fail ssl hand shake"),
        "{text}"
    );

    let (code, text) = run(server.addr(), trust, APP_JSON, &[]).await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("failed  T4"), "{text}");
}

#[tokio::test]
async fn n2_the_time_out_of_app_json_holds() {
    let app_json = r#"{"pages": ["pages/index/index"], "networkTimeout": {"request": 200}}"#;
    let authority = Authority::new().unwrap();
    let server = server(&authority, Leaf::for_name(DOMAIN), hostile::silence()).await;

    let (code, text) = run(server.addr(), ("--only-ca", &authority), app_json, &[]).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("failed  N1") && text.contains("request:fail timeout"),
        "{text}"
    );
    assert!(text.contains("within 200 ms"), "{text}");
}
