//! What the log tells of requests, and what it never does.

use http_body_util::Full;
use serde_json::{Value, json};

use crate::desk::{Desk, Process, get, send};
use crate::known::{Known, known};

#[tokio::test]
async fn each_request_is_logged_with_its_id_and_who_asked() {
    let desk = Desk::used();
    let known = known(&desk.database("minigate-console.db")).await;
    let console = desk.start(&["--trust-proxy", "127.0.0.1"]);
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
    assert!(page["ms"].is_u64(), "{page}");
    assert!(told.iter().all(|line| line.get("spans").is_none()), "{log}");
    assert_eq!(of("server")["actor"], "app:wx1");
    assert_eq!(of("nobody")["actor"], Value::Null);
    for secret in [&known.token, &known.session, &known.secret, &access] {
        assert!(!log.contains(secret.as_str()), "{log}");
    }
}

#[test]
fn an_empty_wish_for_the_log_is_none() {
    let desk = Desk::empty();
    desk.start_with(&[("RUST_LOG", "")], &[]).stop("-INT");

    let log = std::fs::read_to_string(desk.path("log")).unwrap();
    assert!(log.contains("began to serve") && log.contains("ended"), "{log}");
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
