//! `minigate console` on its command line: what is done beside serving, what is refused, and how serving ends.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what can't be set up fails the test"
)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use minigate_console::access::{Caller, Right, Role, Scopes};
use minigate_console::account::{Accounts, Cost, Members, NewAccount, Passwords};
use minigate_console::secret::AppSecret;
use minigate_console::session::Sessions;
use minigate_console::token::{NewToken, Tokens};
use minigate_console::{Hidden, Origin, app, store};
use minigate_policy::Era;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a database, and the command to work on it.
struct Desk(TempDir);

impl Desk {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With the database of a console that has run.
    fn used() -> Self {
        let desk = Self::empty();
        desk.start(&[]).stop("-INT");
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn database(&self, name: &str) -> String {
        format!("sqlite:{}", self.path(name))
    }

    /// What a command says, and its code.
    fn run(&self, lang: &str, args: &[&str]) -> (String, i32) {
        let mut command = minigate(lang);
        let output = command.args(args).current_dir(self.0.path()).output().unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (text, output.status.code().unwrap())
    }

    /// The code of a command and its last line, in both languages.
    fn both(&self, args: &[&str]) -> [(String, i32); 2] {
        ["en", "zh"].map(|lang| {
            let (text, code) = self.run(lang, args);
            (text.lines().last().unwrap_or_default().to_owned(), code)
        })
    }

    fn start(&self, more: &[&str]) -> Process {
        let log = File::create(self.path("log")).unwrap();
        let mut child = minigate("en")
            .args(["--listen", "127.0.0.1:0", "--log", "json"])
            .args(more)
            .current_dir(self.0.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let (_, url) = line
            .trim()
            .rsplit_once(" at ")
            .unwrap_or_else(|| panic!("{line}"));
        Process {
            url: url.trim_end_matches('/').to_owned(),
            child,
        }
    }
}

/// A console that serves.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn send(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    fn stop(mut self, signal: &str) {
        self.send(signal);
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn minigate(lang: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minigate"));
    command
        .args(["--lang", lang, "--color", "never", "console"])
        .env_remove("MINIGATE_DATABASE")
        .env_remove("RUST_LOG");
    command
}

fn said(text: &str, code: i32) -> (String, i32) {
    (text.to_owned(), code)
}

#[test]
fn pending_tells_the_steps_that_a_database_lacks_and_takes_none() {
    let desk = Desk::used();

    let current = desk.both(&["pending"]);
    let (new, code) = desk.run("en", &["pending", "--database", "sqlite:nowhere.db"]);

    assert_eq!(
        current,
        [
            said("The database is up to date.", 0),
            said("数据库已是最新。", 0)
        ]
    );
    assert!(new.contains("CREATE TABLE audit"), "{new}");
    assert_eq!(code, 0);
    assert!(!desk.0.path().join("nowhere.db").exists());
}

#[test]
fn a_backup_is_restored_and_moved_only_where_nothing_is() {
    let desk = Desk::used();
    let backup = desk.path("console.backup");
    let restored = desk.database("restored.db");
    let moved = desk.database("moved.db");

    let saved = desk.run("en", &["backup", &backup]);
    let again = desk.both(&["backup", &backup]);
    // What a backup that was killed has left.
    std::fs::write(desk.path("next.backup.partial"), "").unwrap();
    let [next, _] = desk.both(&["backup", &desk.path("next.backup")]);
    let back = desk.run("zh", &["restore", &backup, "--database", &restored]);
    let onto = desk.both(&["restore", &backup, "--database", &restored]);
    let away = desk.run("en", &["move", "--database", &restored, "--to", &moved]);
    let twice = desk.both(&["move", "--database", &restored, "--to", &moved]);

    assert!(
        saved.1 == 0 && saved.0.contains("keep it as you keep the database itself"),
        "{}",
        saved.0
    );
    assert!(
        back.1 == 0 && back.0.contains("重新读取后，所有表的行数和摘要均一致"),
        "{}",
        back.0
    );
    assert!(
        away.1 == 0
            && away
                .0
                .contains("read back, every table has the same rows and digest"),
        "{}",
        away.0
    );
    assert!(
        next.1 == 2 && next.0.contains("next.backup.partial is there already"),
        "{}",
        next.0
    );
    for (refused, texts) in [
        (
            &again,
            [
                "is there already, and a backup is a new file",
                "已经存在，备份只写入新文件",
            ],
        ),
        (&onto, ["need an empty one", "需要空数据库"]),
        (&twice, ["need an empty one", "需要空数据库"]),
    ] {
        for ((text, code), wanted) in refused.iter().zip(texts) {
            assert!(*code == 2 && text.contains(wanted), "{text}");
        }
    }
    let tallies = |text: &str| {
        text.lines()
            .filter(|line| line.contains("sha256"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(tallies(&back.0), tallies(&away.0));
}

#[test]
fn what_isnt_a_whole_backup_is_refused_with_its_line() {
    let desk = Desk::used();
    let backup = desk.path("console.backup");
    desk.run("en", &["backup", &backup]);
    let whole = std::fs::read_to_string(&backup).unwrap();
    let cut = desk.path("cut.backup");
    let most = whole.lines().count() - 1;
    std::fs::write(
        &cut,
        whole
            .lines()
            .take(most)
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
    )
    .unwrap();

    let [english, chinese] = desk.both(&["restore", &cut, "--database", "sqlite:other.db"]);
    let [none, _] = desk.both(&["restore", "nowhere.backup", "--database", "sqlite:other.db"]);

    assert!(
        english.1 == 2 && english.0.contains("cut.backup, line"),
        "{}",
        english.0
    );
    assert!(
        chinese.1 == 2 && chinese.0.contains("不是完整的备份"),
        "{}",
        chinese.0
    );
    assert!(none.1 == 2 && none.0.contains("nowhere.backup"), "{}", none.0);
}

#[test]
fn a_database_that_is_in_use_isnt_moved() {
    let desk = Desk::empty();
    let _console = desk.start(&[]);

    let [english, chinese] = desk.both(&["move", "--to", &desk.database("moved.db")]);

    assert!(
        english.1 == 2 && english.0.contains("stop the console"),
        "{}",
        english.0
    );
    assert!(
        chinese.1 == 2 && chinese.0.contains("请先停止控制台"),
        "{}",
        chinese.0
    );
}

#[test]
fn somebody_who_is_locked_out_is_invited_by_name() {
    let desk = Desk::used();

    let (link, code) = desk.run(
        "en",
        &[
            "invite",
            "operator",
            "--public-url",
            "https://console.example.com/",
        ],
    );
    let (path, _) = desk.run("zh", &["invite", "operator"]);
    let nobody = desk.both(&["invite", "nobody"]);
    let unfit = desk.both(&["invite", "No Body"]);
    let nowhere = desk.both(&["invite", "operator", "--database", "sqlite:nowhere.db"]);

    assert!(
        code == 0 && link.contains(" https://console.example.com/invited/"),
        "{link}"
    );
    assert!(
        path.contains("只能使用一次") && path.contains("：/invited/"),
        "{path}"
    );
    assert_eq!(
        nobody,
        [
            said("error: there is no account `nobody`", 2),
            said("错误: 没有账号 `nobody`", 2)
        ]
    );
    assert_eq!(unfit[0], said("error: there is no account `No Body`", 2));
    assert!(
        nowhere[0].0.contains("start the console once"),
        "{}",
        nowhere[0].0
    );
    assert!(nowhere[1].0.contains("请先启动一次控制台"), "{}", nowhere[1].0);
    assert!(!desk.0.path().join("nowhere.db").exists());
}

#[test]
fn flags_for_serving_are_refused_with_anything_else() {
    let desk = Desk::empty();

    for (flags, named) in [
        (vec!["--demo", "pending"], "'--demo'"),
        (
            vec!["--demo", "--database", "sqlite:x.db", "backup", "file"],
            "'--demo'",
        ),
        (
            vec!["--listen", "127.0.0.1:0", "invite", "ann"],
            "'--listen <ADDR:PORT>'",
        ),
        (vec!["--drain", "1", "restore", "file"], "'--drain <SECONDS>'"),
    ] {
        let (text, code) = desk.run("en", &flags);
        assert!(
            code == 2 && text.contains(&format!("the argument {named}")),
            "{flags:?}: {text}"
        );
        assert!(
            text.contains("cannot be used with") && text.contains("Usage:"),
            "{text}"
        );
    }
    assert_eq!(std::fs::read_dir(desk.0.path()).unwrap().count(), 0);
}

#[test]
fn flags_of_a_provider_that_make_no_sense_are_refused() {
    let desk = Desk::empty();
    let issuer = [
        "--oidc-issuer",
        "https://id.example.com",
        "--oidc-client-id",
        "minigate",
    ];
    let missing = [
        &issuer[..],
        &[
            "--oidc-client-secret-file",
            "secret.txt",
            "--listen",
            "127.0.0.1:0",
        ],
    ]
    .concat();

    for (flags, wanted) in [
        (
            vec!["--oidc-issuer", "https://id.example.com"],
            "--oidc-client-id <ID>",
        ),
        (vec!["--oidc-client-id", "minigate"], "--oidc-issuer <URL>"),
        (vec!["--oidc-create"], "--oidc-issuer <URL>"),
        (vec!["--oidc-name", "Example ID"], "--oidc-issuer <URL>"),
        (
            vec!["--oidc-client-secret-file", "secret.txt"],
            "--oidc-issuer <URL>",
        ),
        (
            vec!["--oidc-issuer", "id.example.com", "--oidc-client-id", "minigate"],
            "is no URL of a provider",
        ),
    ] {
        let (text, code) = desk.run("en", &flags);
        assert!(code == 2 && text.contains(wanted), "{flags:?}: {text}");
    }
    for (text, code) in desk.both(&missing) {
        assert!(code == 2 && text.contains("secret.txt"), "{text}");
    }
}

#[tokio::test]
async fn at_sigterm_it_isnt_ready_before_it_stops_to_listen() {
    let desk = Desk::empty();
    let mut console = desk.start(&["--drain", "600"]);
    assert_eq!(get(&console, "/readyz").await, Some((200, "ready\n".to_owned())));

    console.send("-TERM");
    let mut ready = get(&console, "/readyz").await;
    while ready == Some((200, "ready\n".to_owned())) {
        ready = get(&console, "/readyz").await;
    }
    let page = get(&console, "/sign-in").await;
    // Asked again, it waits no longer.
    console.send("-TERM");
    let code = console.child.wait().unwrap().code();

    assert_eq!(ready, Some((503, "about to end\n".to_owned())));
    assert_eq!(page.map(|(status, _)| status), Some(200));
    assert_eq!(code, Some(0));
    assert_eq!(get(&console, "/readyz").await, None);
}

#[tokio::test]
async fn each_request_is_logged_with_its_id_and_who_asked() {
    let desk = Desk::used();
    let known = known(&desk.database("minigate-console.db")).await;
    let console = desk.start(&[]);
    let access = ask_as_each(&console, &known).await;
    console.stop("-INT");

    let log = std::fs::read_to_string(desk.path("log")).unwrap();
    let told: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |id: &str| {
        let mut lines = told.iter().filter(|line| line["span"]["id"] == id);
        lines.next().unwrap_or_else(|| panic!("{id}: {log}"))["fields"].clone()
    };
    let (page, program) = (of("page"), of("program"));
    assert_eq!(
        [
            &page["method"],
            &page["route"],
            &page["status"],
            &page["actor"],
            &page["token"]
        ],
        [
            &json!("GET"),
            &json!("/apps/{app}"),
            &json!(200),
            &json!("ann"),
            &Value::Null
        ]
    );
    assert_eq!(
        [&program["actor"], &program["token"]],
        [&json!("ann"), &json!(known.id)]
    );
    assert_eq!(of("server")["actor"], "app:wx1");
    assert_eq!(of("nobody")["actor"], Value::Null);
    for secret in [&known.token, &known.session, &known.secret, &access] {
        assert!(!log.contains(secret.as_str()), "{log}");
    }
}

/// Asks once as somebody on a page, as a program, as an app's server and as nobody; gives the server's token.
async fn ask_as_each(console: &Process, known: &Known) -> String {
    let bearer = format!("Bearer {}", known.token);
    let cookie = format!("session={}", known.session);
    let got = get(
        console,
        &format!(
            "/cgi-bin/token?grant_type=client_credential&appid=wx1&secret={}",
            known.secret
        ),
    )
    .await;
    let got: Value = serde_json::from_str(&got.unwrap().1).unwrap();
    let access = got["access_token"].as_str().unwrap();
    for (id, method, path, header) in [
        ("page", "GET", "/apps/wx1", ("cookie", cookie.as_str())),
        (
            "program",
            "GET",
            "/api/v1/apps/wx1",
            ("authorization", bearer.as_str()),
        ),
        (
            "server",
            "POST",
            &format!("/wxa/getwxadevinfo?access_token={access}"),
            ("accept", "*/*"),
        ),
        ("nobody", "GET", "/nowhere", ("accept", "*/*")),
    ] {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", console.url));
        let request = request.header("x-request-id", id).header(header.0, header.1);
        send(request.body(Full::from("{}")).unwrap()).await.unwrap();
    }
    access.to_owned()
}

/// What ann, the owner of an app, and its server show who they are with.
struct Known {
    session: String,
    token: String,
    id: String,
    secret: String,
}

async fn known(database: &str) -> Known {
    let store = store::open(database).await.unwrap();
    let (root, now) = (Caller::local("root"), Timestamp::now());
    let by = root.allow(Right::Operate, None, now).unwrap();
    let app_id = "wx1".parse().unwrap();
    app::create(&*store, &app_id, "Shop", Era::Current, false, &by)
        .await
        .unwrap();
    let accounts = Accounts::of(&*store, &root, now);
    let new = NewAccount {
        name: "ann".parse().unwrap(),
        display_name: "Ann".to_owned(),
        platform: None,
    };
    accounts.create(&new).await.unwrap();
    Members::of(&*store, &app_id, &root, now)
        .set(&new.name, Role::Owner)
        .await
        .unwrap();
    let invitation = accounts.invite(&new.name).await.unwrap();
    let cost = Cost {
        memory: 8,
        passes: 1,
        at_once: 1,
    };
    let passwords = Passwords::new(cost).unwrap();
    let origin = Origin::new("127.0.0.1".parse().unwrap());
    let begun = Sessions::of(&*store, &passwords)
        .redeem(
            &invitation.secret,
            &Hidden::new("forty two blue whales"),
            origin,
            now,
        )
        .await
        .unwrap();
    let wanted = NewToken {
        name: "test".to_owned(),
        scopes: Scopes {
            rights: [Right::Read].into(),
            apps: None,
        },
        ends_at: now + SignedDuration::from_hours(1),
    };
    let (token, secret) = Tokens::of(&*store)
        .create(&begun.session, &wanted, now)
        .await
        .unwrap();
    let app_secret = AppSecret::of(&*store, &app_id, &root, now);
    let app_secret = app_secret.rotate(SignedDuration::ZERO).await.unwrap();
    Known {
        session: begun.secret.reveal().to_owned(),
        token: secret.reveal().to_owned(),
        id: token.id,
        secret: app_secret.reveal().to_owned(),
    }
}

/// None where nobody listens.
async fn get(console: &Process, path: &str) -> Option<(u16, String)> {
    let request = http::Request::get(format!("{}{path}", console.url));
    send(request.body(Full::default()).unwrap()).await
}

async fn send(request: http::Request<Full<Bytes>>) -> Option<(u16, String)> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.ok()?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.ok()?.to_bytes();
    Some((status, String::from_utf8_lossy(&body).into_owned()))
}
