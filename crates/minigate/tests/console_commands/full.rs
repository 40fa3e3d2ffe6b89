//! A disk that is full, and has room again.

use std::process::Command;

use http_body_util::Full;
use serde_json::json;

use crate::desk::{Desk, Process, get, send};
use crate::known::known;

#[tokio::test]
async fn what_failed_on_a_full_disk_is_done_once_there_is_room() {
    let desk = Desk::used();
    let known = known(&desk.database("minigate-console.db")).await;
    let console = desk.start_limited(&[]);
    let mut statuses = vec![write(&console, &known.token, 0).await];

    limit_files(&console, "200000:unlimited");
    while statuses.last() == Some(&200) && statuses.len() < 30 {
        statuses.push(write(&console, &known.token, statuses.len()).await);
    }
    for number in 0..10 {
        write(&console, &known.token, number).await;
    }
    let when_full = get(&console, "/readyz").await;
    limit_files(&console, "unlimited:unlimited");
    let with_room = get(&console, "/readyz").await;
    let mut after = Vec::new();
    for number in 0..10 {
        after.push(write(&console, &known.token, number).await);
    }

    assert!(statuses.last() == Some(&503), "{statuses:?}");
    assert_eq!(after, [200; 10]);
    assert_eq!(
        when_full,
        Some((503, "the database can't be written\n".to_owned()))
    );
    assert_eq!(with_room, Some((200, "ready\n".to_owned())));
}

fn limit_files(console: &Process, bytes: &str) {
    let pid = console.child.id().to_string();
    let limited = Command::new("prlimit")
        .args(["--pid", &pid, &format!("--fsize={bytes}")])
        .status();
    assert!(limited.unwrap().success());
}

/// Writes a draft of twenty entries, and gives the status.
async fn write(console: &Process, token: &str, number: usize) -> u16 {
    let entries: Vec<_> = (0..20)
        .map(|entry| format!("https://a{entry}.b{number}.com"))
        .collect();
    let body = json!({ "lists": { "request": entries }, "reason": "r".repeat(900) });
    let request = http::Request::put(format!("{}/api/v1/apps/wx1/draft", console.url))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let request = request.body(Full::from(body.to_string())).unwrap();
    send(request).await.unwrap().0
}
