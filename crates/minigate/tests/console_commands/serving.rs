//! How serving begins and ends.

use std::io::BufRead;

use serde_json::Value;

use crate::desk::{Desk, assert_done, assert_refused, get};

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
async fn where_it_listens_everywhere_its_links_work_here_and_others_are_told_of() {
    for (listen, here) in [("0.0.0.0:0", "http://127.0.0.1:"), ("[::]:0", "http://[::1]:")] {
        let desk = Desk::empty();
        let mut console = desk.start_at(listen);
        let mut note = String::new();
        console.said.read_line(&mut note).unwrap();

        assert!(console.url.starts_with(here), "{}", console.url);
        assert_eq!(
            get(&console, "/healthz").await.map(|(status, _)| status),
            Some(200)
        );
        assert!(note.contains("say with --public-url"), "{note}");
        console.stop("-INT");
    }
}

#[test]
fn one_console_serves_from_a_file_and_commands_work_beside_it() {
    let desk = Desk::empty();
    let mut console = desk.start(&[]);

    let second = desk.both(&["--listen", "127.0.0.1:0"]);
    let backup = desk.run("en", &["backup", &desk.path("beside.backup")]);
    let invited = desk.run("en", &["invite", "operator"]);
    let pending = desk.run("en", &["pending"]);
    console.child.kill().unwrap();
    console.child.wait().unwrap();
    let next = desk.start(&[]);

    assert_refused(
        &second,
        &[
            "another console already serves from minigate-console.db: stop that one, or use PostgreSQL",
            "已有另一个控制台在使用 minigate-console.db：请先停止它，或改用 PostgreSQL",
        ],
    );
    assert_done(&backup, "beside.backup");
    assert_done(&invited, "/invited/");
    assert_done(&pending, "up to date");
    next.stop("-INT");
}

#[test]
fn the_log_tells_of_its_start_of_the_signal_and_of_its_end() {
    let desk = Desk::empty();
    desk.start(&["--drain", "0"]).stop("-TERM");

    let log = std::fs::read_to_string(desk.path("log")).unwrap();
    let told: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let messages: Vec<_> = told.iter().map(|line| &line["fields"]["message"]).collect();
    assert_eq!(messages, ["began to serve", "asked to end", "ended"], "{log}");
    let start = &told[0]["fields"];
    assert!(
        start["address"].as_str().unwrap().starts_with("127.0.0.1:"),
        "{start}"
    );
    assert_eq!(
        (&start["database"], &start["version"]),
        (&Value::from("SQLite"), &Value::from(env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(told[1]["fields"]["signal"], "SIGTERM");
}
