//! `minigate check` as it is called, on servers of the laboratory, and what it writes for other programs.
#![expect(clippy::expect_used, reason = "what can't be started fails the test")]
#![expect(
    clippy::disallowed_methods,
    reason = "the program goes by the wall clock, so its servers must too"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use minigate_testkit::lab::{self, Lab, LabServer};
use serde_json::Value;
use serde_sarif::sarif::Sarif;

/// A laboratory of today, since the program goes by the clock, and the file of its roots.
struct Bench {
    lab: Lab,
    folder: tempfile::TempDir,
}

/// What a run came to.
struct Ran {
    code: Option<i32>,
    text: String,
    errors: String,
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            lab: Lab::at(SystemTime::now()),
            folder: tempfile::tempdir().expect("a folder"),
        };
        let roots: String = bench.lab.roots().iter().map(|root| pem(root)).collect();
        fs::write(bench.file("roots.pem"), roots).expect("written");
        bench
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn start(&self, fault: &str) -> LabServer {
        self.lab.start(lab::fault(fault)).await
    }

    /// Checks targets on servers that are started; the rest of the network isn't there.
    async fn check(&self, servers: &[(&str, &LabServer)], args: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
        command
            .args(["check", "--no-fetch", "--ca"])
            .arg(self.file("roots.pem"))
            .args(args)
            .env("LC_ALL", "C")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        for (host, server) in servers {
            command.args(["--resolve", &leading(host, server)]);
        }
        run(command).await
    }

    /// One healthy server, checked with these options.
    async fn check_one(&self, fault: &str, args: &[&str]) -> Ran {
        let server = self.start(fault).await;
        self.check(&[(server.host(), &server)], args).await
    }
}

impl Ran {
    fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }
}

/// Off the runtime's threads, which serve the laboratory meanwhile.
async fn run(mut command: Command) -> Ran {
    let ran = tokio::task::spawn_blocking(move || command.output()).await;
    let Output {
        status,
        stdout,
        stderr,
    } = ran.expect("it ends").expect("the program starts");
    Ran {
        code: status.code(),
        text: String::from_utf8_lossy(&stdout).into_owned(),
        errors: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

fn leading(host: &str, server: &LabServer) -> String {
    let addresses: Vec<_> = server
        .addresses()
        .iter()
        .map(|address| address.ip().to_string())
        .collect();
    format!("{host}:*:{}:{}", addresses.join(","), server.addr().port())
}

fn pem(der: &[u8]) -> String {
    let rows = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    format!("-----BEGIN CERTIFICATE-----\n{rows}\n-----END CERTIFICATE-----\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_the_first_line_is_the_answer_and_the_exit_code_says_it_too() {
    let bench = Bench::new();
    for (fault, code, answer) in [
        ("complete", 0, "works on 10 of 11 devices, not on Android 4.1–4.4"),
        (
            "one_intermediate_missing",
            1,
            "fails on 8 of 11 devices: T5 the server leaves out",
        ),
        (
            "expired",
            1,
            "fails on 11 of 11 devices: T4 the certificate of `api.example.com` expired",
        ),
        (
            "wrong_name",
            1,
            "fails on 11 of 11 devices: T3 the certificate is not for `api.example.com`",
        ),
        (
            "self_signed_leaf",
            1,
            "fails on 11 of 11 devices: T2 the certificate of",
        ),
        (
            "tls10_only",
            1,
            "fails on 11 of 11 devices: T8 the device speaks TLS 1.2, TLS 1.3, the server only TLS 1.0",
        ),
        (
            "plain_http",
            1,
            "fails on 11 of 11 devices: T1 the server answers in plain HTTP",
        ),
    ] {
        let ran = bench.check_one(fault, &["api.example.com"]).await;

        assert_eq!(ran.code, Some(code), "{fault}: {}{}", ran.text, ran.errors);
        assert!(ran.first_line().contains(answer), "{fault}: {}", ran.first_line());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_what_is_only_to_be_mended_counts_where_that_is_asked_for() {
    let bench = Bench::new();

    let lenient = bench.check_one("wrong_order", &["api.example.com"]).await;
    let strict = bench
        .check_one("wrong_order", &["api.example.com", "--fail-on", "warn"])
        .await;

    assert_eq!(
        (lenient.code, strict.code),
        (Some(0), Some(1)),
        "{}",
        lenient.text
    );
    assert!(lenient.first_line().starts_with("B  "), "{}", lenient.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_who_cant_be_reached_couldnt_be_looked_at() {
    let bench = Bench::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    let nowhere = format!("api.example.com:443:127.0.0.1:{port}");

    let ran = bench
        .check(&[], &["api.example.com", "--resolve", &nowhere])
        .await;

    assert_eq!(ran.code, Some(2), "{}", ran.text);
    assert!(
        ran.first_line()
            .starts_with("?  https://api.example.com/  couldn't look"),
        "{}",
        ran.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_text_that_is_no_target_is_refused_with_what_would_be_one() {
    let bench = Bench::new();

    let ran = bench.check(&[], &["ftp://files.example.com"]).await;

    assert_eq!((ran.code, ran.text.as_str()), (Some(2), ""));
    assert!(
        ran.errors.contains("`ftp://files.example.com` can't be checked")
            && ran.errors.contains("write a host"),
        "{}",
        ran.errors
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_file_names_many_targets_and_each_gets_its_line() {
    let bench = Bench::new();
    let (good, bad) = (bench.start("complete").await, bench.start("expired").await);
    let list = bench.file("hosts.txt");
    let text = "\u{feff}# ours\napi.example.com\n\nhttps://api.example.com:8443/health # the old one\napi.example.com\n";
    fs::write(&list, text).expect("written");
    let (good, bad) = (
        leading("api.example.com", &good),
        leading("api.example.com", &bad),
    );
    let bad = bad.replace(":*:", ":8443:");

    let list = list.to_str().expect("Unicode");
    let ran = bench
        .check(&[], &[list, "--resolve", &bad, "--resolve", &good])
        .await;

    let graded: Vec<_> = ran
        .text
        .lines()
        .filter(|line| line.contains("  https://"))
        .collect();
    assert_eq!(ran.code, Some(1), "{}", ran.errors);
    assert_eq!(graded.len(), 2, "{}", ran.text);
    assert!(
        graded[0].contains("https://api.example.com/  works"),
        "{}",
        graded[0]
    );
    assert!(
        graded[1].contains("https://api.example.com:8443/health  fails"),
        "{}",
        graded[1]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_line_of_a_file_that_is_no_target_is_named() {
    let bench = Bench::new();
    let list = bench.file("hosts.txt");
    fs::write(&list, "api.example.com\nnot a host\n").expect("written");

    let ran = bench.check(&[], &[list.to_str().expect("Unicode")]).await;

    assert_eq!(ran.code, Some(2));
    assert!(
        ran.errors.contains("hosts.txt:2: `not a host` can't be checked"),
        "{}",
        ran.errors
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t11_an_apps_folder_stands_for_every_server_that_its_source_calls() {
    let bench = Bench::new();
    let (api, chat) = (bench.start("complete").await, bench.start("complete").await);
    let app = bench.file("app");
    write(&app, "app.json", r#"{"pages": ["index"]}"#);
    write(&app, "project.config.json", r#"{"appid": "wx0123456789abcdef"}"#);
    write(
        &app,
        "minigate.toml",
        "[domains]\nrequest = [\"https://api.example.com\"]\n",
    );
    write(&app, "app.js", "App({});\n");
    write(
        &app,
        "index.js",
        "Page({\n  onLoad() {\n    wx.request({ url: 'https://api.example.com/items', success(res) { console.log(res.statusCode); } });\n    \
         wx.connectSocket({ url: 'wss://api.example.com/chat' });\n  },\n});\n",
    );
    write(
        &app,
        "index.wxml",
        "<image src=\"https://img.example.com/a.png\"/><image src=\"http://img.example.com/b.png\"/>\n",
    );

    let images = bench.start("complete").await;
    let servers = [
        ("api.example.com", &api),
        ("api.example.com", &chat),
        ("img.example.com", &images),
    ];
    let ran = bench.check(&servers, &[app.to_str().expect("Unicode")]).await;

    assert_eq!(ran.code, Some(1), "{}{}", ran.text, ran.errors);
    let line = |url: &str| {
        ran.text
            .lines()
            .find(|line| line.contains(url))
            .unwrap_or_else(|| panic!("no line of {url}: {}", ran.text))
            .to_owned()
    };
    assert!(
        line("  https://api.example.com/").contains("works"),
        "{}",
        ran.text
    );
    // Its lists have no socket domain.
    assert!(line("  wss://api.example.com/").contains("D1"), "{}", ran.text);
    // An image needs no list, but a certificate.
    for image in [
        "  https://img.example.com/a.png",
        "  http://img.example.com/b.png",
    ] {
        assert!(line(image).contains("T3"), "{}", ran.text);
    }
    assert!(ran.text.contains("warn T11 resource-without-tls"), "{}", ran.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_a_domain_that_the_register_lacks_fails() {
    let bench = Bench::new();
    let register = bench.file("filings.csv");
    fs::write(&register, "domain,licence\nexample.org,1\n").expect("written");

    let args = [
        "api.example.com",
        "--filings",
        register.to_str().expect("Unicode"),
    ];
    let ran = bench.check_one("complete", &args).await;

    assert_eq!(ran.code, Some(1));
    assert!(
        ran.first_line()
            .contains("D5 the register has no ICP filing of `example.com`"),
        "{}",
        ran.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_the_written_chain_is_the_cure() {
    let bench = Bench::new();
    // The other address sends what this one leaves out.
    let server = bench.start("two_addresses").await;
    let chain = bench.file("fullchain.pem");

    let args = [
        "api.example.com",
        "--full-chain",
        chain.to_str().expect("Unicode"),
    ];
    let ran = bench.check(&[("api.example.com", &server)], &args).await;

    assert_eq!(ran.code, Some(1));
    let chain = fs::read_to_string(chain).expect("it is there");
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 3, "{chain}");
    assert!(chain.starts_with("# api.example.com\n"), "{chain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_the_json_of_a_target_is_one_line_with_a_version() {
    let bench = Bench::new();

    let ran = bench
        .check_one("one_intermediate_missing", &["api.example.com", "--json"])
        .await;

    assert_eq!((ran.code, ran.text.lines().count()), (Some(1), 1));
    let json = ran.json();
    assert_eq!(json["schema"], "minigate-check/1");
    assert_eq!(
        (&json["grade"], &json["url"]),
        (&"F".into(), &"https://api.example.com/".into())
    );
    let worst = &json["findings"][0];
    assert_eq!(
        (&worst["check"], &worst["rule"], &worst["severity"]),
        (&"missing-intermediate".into(), &"T5".into(), &"fail".into())
    );
    assert_eq!(worst["devices"].as_array().expect("a list").len(), 11);
    let address = &json["addresses"][0];
    assert_eq!(
        address["ats"][5],
        serde_json::json!({ "number": 6, "isMet": true, "unmet": null })
    );
    assert_eq!(
        address["completion"]["missing"][0]["subject"],
        "Lab Upper Intermediate"
    );
    assert_eq!(json["cures"][0]["need"], "fullChain");
}

#[tokio::test(flavor = "multi_thread")]
async fn t7_certificates_below_a_root_that_was_added_may_live_825_days() {
    let bench = Bench::new();

    let ran = bench.check_one("long_lived", &["api.example.com"]).await;

    assert_eq!(ran.code, Some(0), "{}", ran.text);
    assert!(ran.text.contains("6 life ✓"), "{}", ran.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_the_report_is_told_in_chinese() {
    let bench = Bench::new();

    let ran = bench
        .check_one("one_intermediate_missing", &["api.example.com", "--lang", "zh"])
        .await;

    assert!(
        ran.first_line().contains("在 11 种设备中的 8 种上不可用：T5"),
        "{}",
        ran.text
    );
    assert!(ran.text.contains("需要配置的域名"), "{}", ran.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_check_is_written_as_a_page_as_sarif_and_as_junit() {
    let bench = Bench::new();
    let path = |name: &str| bench.file(name).to_str().expect("Unicode").to_owned();
    let (html, sarif, junit) = (path("page.html"), path("found.sarif"), path("cases.xml"));

    let targets = ["api.example.com", "gone.example.com"];
    let nowhere = ["--resolve", "gone.example.com:443:127.0.0.1:1"];
    let files = ["--html", &html, "--sarif", &sarif, "--junit", &junit];
    let args = [&targets[..], &nowhere, &files].concat();
    let ran = bench.check_one("complete", &args).await;

    assert_eq!(ran.code, Some(2), "{}", ran.errors);
    let read = |path: &str| fs::read_to_string(path).expect("it is there");
    let page = read(&html);
    assert!(page.contains("2 servers for mini-programs"));
    assert!(page.contains("Couldn't be looked at"));
    let sarif: Sarif = serde_json::from_str(&read(&sarif)).expect("SARIF");
    let invocations = sarif.runs[0].invocations.as_ref().expect("one");
    assert!(!invocations[0].execution_successful);
    let cases = read(&junit);
    assert!(cases.contains(r#"failures="0" errors="1""#), "{cases}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_out_of_certificates_cant_steer_the_terminal() {
    let bench = Bench::new();

    for fault in lab::all() {
        let server = bench.lab.start(fault).await;
        let ran = bench
            .check(&[(server.host(), &server)], &[server.host(), "--timeout", "6s"])
            .await;
        assert!(
            !ran.text.contains(['\u{1b}', '\u{202e}']),
            "{}: {}",
            fault.name,
            ran.text
        );
        assert!(ran.errors.is_empty(), "{}: {}", fault.name, ran.errors);
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::create_dir_all(folder).expect("a folder");
    let mut file = fs::File::create(folder.join(name)).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
}
