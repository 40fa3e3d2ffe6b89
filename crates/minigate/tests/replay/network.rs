//! What a network does, well and badly, comes again with the servers gone.

use std::path::Path;
use std::process::Command;

use minigate_testkit::{Authority, Leaf, Script, ScriptedServer, Steps, answer, hostile};
use serde_json::Value;

use crate::runs::{assert_same, run, timeless};

/// An app that calls its hosts one after the other and says what it got, fields in their order.
fn app(dir: &Path, hosts: &[String], options: &str) {
    std::fs::create_dir_all(dir.join("pages/index")).unwrap();
    let page = format!(
        "const hosts = {};
         const next = () => {{
           const host = hosts.shift()
           if (host === undefined) return
           wx.request({{ url: 'https://' + host + '/x?n=1', timeout: 400, {options} complete: (res) => {{
             console.log(host, res.errMsg, res.statusCode, JSON.stringify(res.header), JSON.stringify(res.data))
             next()
           }} }})
         }}
         Page({{ onLoad: next }})",
        serde_json::to_string(hosts).unwrap()
    );
    std::fs::write(dir.join("pages/index/index.js"), page).unwrap();
    std::fs::write(dir.join("app.js"), "App({})").unwrap();
    std::fs::write(dir.join("app.json"), "{\"pages\": [\"pages/index/index\"]}").unwrap();
    let entries: Vec<_> = hosts.iter().map(|host| format!("https://{host}")).collect();
    let settings = format!(
        "roots = ['root.pem']\n[domains]\nrequest = {}",
        serde_json::to_string(&entries).unwrap()
    );
    std::fs::write(dir.join("minigate.toml"), settings).unwrap();
}

/// Records a run against a server for each script, then plays it without any; gives both logs.
async fn twice(
    scripts: Vec<(Leaf, Script)>,
    how_recorded: &[&str],
    args: &[&str],
) -> (Vec<Value>, Vec<Value>) {
    let dir = tempfile::tempdir().unwrap();
    let hosts: Vec<_> = (0..scripts.len()).map(host).collect();
    app(dir.path(), &hosts, "");
    let authority = Authority::new().unwrap();
    std::fs::write(dir.path().join("root.pem"), authority.root_pem()).unwrap();
    let har = dir.path().join("x.har").to_str().unwrap().to_owned();
    let mut servers = Vec::new();
    let mut recording = vec!["--record".to_owned(), har.clone()];
    recording.extend(how_recorded.iter().map(|arg| (*arg).to_owned()));
    for (index, (leaf, script)) in scripts.into_iter().enumerate() {
        let server = ScriptedServer::start(leaf.issue(&authority), [script]).await;
        recording.extend([
            "--resolve".to_owned(),
            format!("{}:443:{}", hosts[index], server.addr()),
        ]);
        servers.push(server);
    }
    let common: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
    let recorded = run_aside(dir.path(), [recording, common.clone()].concat()).await;
    drop(servers);
    let replayed = run_aside(dir.path(), [vec!["--replay".to_owned(), har], common].concat()).await;
    (recorded, replayed)
}

async fn run_aside(dir: &Path, args: Vec<String>) -> Vec<Value> {
    let dir = dir.to_owned();
    let ended = tokio::task::spawn_blocking(move || {
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        run(&dir, &args).1
    });
    ended.await.unwrap()
}

fn host(index: usize) -> String {
    format!("h{index}.spec.example")
}

fn leaf(index: usize) -> Leaf {
    Leaf::for_name(&host(index))
}

fn good(scripts: impl IntoIterator<Item = Script>) -> Vec<(Leaf, Script)> {
    scripts
        .into_iter()
        .enumerate()
        .map(|(index, script)| (leaf(index), script))
        .collect()
}

fn raw(text: &str) -> Script {
    Steps::over_tls().read_request().write(text.to_owned()).close()
}

#[tokio::test]
async fn answers_come_again_to_the_letter() {
    let gbk = b"{\"a\":\"\xc4\xe3\xba\xc3\"}";
    let scripts = good([
        raw("HTTP/1.1 201 So\r\nX-Zed: 1\r\nx-Alpha: 2\r\nX-ZED: 3\r\nContent-LENGTH: 2\r\n\r\nok"),
        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nB: 1\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end"),
        raw("HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n"),
        raw("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nSet-Cookie: a=1; Path=/\r\n\r\n"),
        Script::answering(answer(200, &[("content-type", "application/json")], gbk)),
        Script::answering(answer(200, &[("content-type", "image/png")], b"\x89PNG\0\xff")),
        hostile::ten_boms(),
        hostile::gbk_said_to_be_utf8(),
        hostile::broken_gzip(),
        hostile::gzip_bomb(1),
    ]);

    let (recorded, replayed) = twice(scripts, &["--record-secrets"], &[]).await;

    assert!(recorded.len() > 2 * 11, "{recorded:#?}");
    assert_same(&timeless(&replayed), &timeless(&recorded));
}

#[tokio::test]
async fn failures_come_again_as_they_were() {
    let mut scripts = good([
        hostile::cut_in_body(),
        hostile::reset_in_body(),
        raw(""),
        raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello"),
        raw("not http at all\r\n\r\n"),
        hostile::plain_http_on_the_tls_port(),
        hostile::reset_on_accept(),
        hostile::handshake_then_silence(),
        Steps::over_tls()
            .read_request()
            .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
            .await_peer_close()
            .close(),
    ]);
    let ok = || Script::answering(answer(200, &[], "ok"));
    scripts.push((leaf(9).expired(), ok()));
    scripts.push((Leaf::for_name("other.example"), ok()));
    scripts.push((leaf(11).with_intermediates(1).incomplete(), ok()));

    let (recorded, replayed) = twice(scripts, &[], &[]).await;

    assert!(recorded.len() > 2 * 12, "{recorded:#?}");
    assert_same(&timeless(&replayed), &timeless(&recorded));
}

#[tokio::test]
async fn s3_what_was_spared_is_told_again() {
    let ok = || Script::answering(answer(200, &[], "ok"));
    let scripts = vec![(leaf(0).expired(), ok()), (Leaf::for_name("other.example"), ok())];

    let (recorded, replayed) = twice(scripts, &[], &["--skip-check"]).await;

    let rules = |lines: &[Value]| -> Vec<Value> {
        let spared = lines.iter().filter_map(|line| line["spared"][0]["rule"].as_str());
        spared.map(Value::from).collect()
    };
    assert_eq!(rules(&recorded), ["T4", "T3"]);
    assert_eq!(rules(&replayed), rules(&recorded));
}

#[tokio::test]
async fn d1_a_redirect_to_where_the_app_may_not_go_is_refused_again() {
    let away = answer(302, &[("location", "https://evil.example.org/")], "");
    let there = answer(307, &[("Location", "https://h2.spec.example/y")], "gone");
    let scripts = good([
        Script::answering(away),
        Script::answering(there),
        Script::answering(answer(200, &[], "here")),
    ]);

    let (recorded, replayed) = twice(scripts, &[], &[]).await;

    assert!(recorded.iter().any(|line| line["rule"] == "D1"), "{recorded:#?}");
    assert_same(&timeless(&replayed), &timeless(&recorded));
}

#[tokio::test]
async fn a_refused_connection_and_an_unknown_name_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let hosts = ["h0.spec.example".to_owned(), "nowhere.invalid".to_owned()];
    app(dir.path(), &hosts, "");
    std::fs::write(dir.path().join("root.pem"), Authority::new().unwrap().root_pem()).unwrap();
    let har = dir.path().join("x.har").to_str().unwrap().to_owned();
    let recording = ["--record", &har, "--resolve", "h0.spec.example:443:127.0.0.1:1"];

    let recorded = run_aside(dir.path(), recording.map(str::to_owned).to_vec()).await;
    let replayed = run_aside(dir.path(), vec!["--replay".to_owned(), har]).await;

    assert_same(&timeless(&replayed), &timeless(&recorded));
}

#[tokio::test]
async fn h2_comes_again_as_h2() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), &[host(0)], "enableHttp2: true, enableProfile: true,");
    let mock = dir.path().join("mock").join(host(0));
    std::fs::create_dir_all(&mock).unwrap();
    let answers =
        "[[answer]]\nwhen.path = '/x'\ngive.headers = { x-b = '1', x-a = '2' }\ngive.text = 'hello'";
    std::fs::write(mock.join("answers.toml"), answers).unwrap();
    let settings = std::fs::read_to_string(dir.path().join("minigate.toml")).unwrap();
    let mocked = settings.replace("roots = ['root.pem']", "roots = []") + "\n[mock]\nfolder = 'mock'";
    std::fs::write(dir.path().join("minigate.toml"), mocked).unwrap();
    let har = dir.path().join("x.har").to_str().unwrap().to_owned();

    let recorded = run_aside(dir.path(), vec!["--record".to_owned(), har.clone()]).await;
    let replayed = run_aside(dir.path(), vec!["--replay".to_owned(), har.clone()]).await;

    let file: Value = serde_json::from_str(&std::fs::read_to_string(har).unwrap()).unwrap();
    assert_eq!(file["log"]["entries"][0]["response"]["httpVersion"], "HTTP/2");
    assert!(
        recorded.iter().any(|line| line["end"] == "answered"),
        "{recorded:#?}"
    );
    assert_eq!(timeless(&replayed).len(), timeless(&recorded).len());
    assert!(
        replayed.iter().any(|line| line["end"] == "answered"),
        "{replayed:#?}"
    );
}

#[tokio::test]
async fn a_run_that_a_signal_ends_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    app(dir.path(), &[host(0)], "");
    let authority = Authority::new().unwrap();
    std::fs::write(dir.path().join("root.pem"), authority.root_pem()).unwrap();
    let page = dir.path().join("pages/index/index.js");
    let waiting = std::fs::read_to_string(&page)
        .unwrap()
        .replace("timeout: 400", "timeout: 60000");
    std::fs::write(page, waiting).unwrap();
    let har = dir.path().join("x.har");
    let script = hostile::handshake_then_silence();
    let server = ScriptedServer::start(leaf(0).issue(&authority), [script]).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command.arg("run").arg(dir.path()).arg("--record").arg(&har);
    command.args(["--resolve", &format!("*:443:{}", server.addr())]);
    let mut process = command.spawn().unwrap();
    server.until(|record| record.accepted > 0).await;

    let pid = process.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let status = tokio::task::spawn_blocking(move || process.wait())
        .await
        .unwrap()
        .unwrap();

    assert_eq!(status.code(), Some(130));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(har).unwrap()).unwrap();
    assert_eq!(file["log"]["entries"][0]["_minigate"]["outcome"], "pending");
}
