//! Rule D1: nothing reaches a host that isn't on the list, redirects included.

use http::{HeaderMap, HeaderValue, Method};
use minigate_engine::{Exchange, Failure, Redirect};
use minigate_policy::{Call, Interface, Reason};
use minigate_testkit::{FakeResolver, Received, Script, ScriptedServer, Steps, answer};

use crate::support::{Entry, HOST, OTHER, URL, app, kind, scripted, scripted_for, status, watch};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

fn redirect(status: u16, location: &str) -> Script {
    Script::answering(answer(status, &[("location", location)], "moved"))
}

fn ok() -> Script {
    Script::answering(answer(200, &[], "ok"))
}

fn post() -> Exchange {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("authorization", "Bearer secret"),
        ("cookie", "sid=1"),
        ("content-type", "application/json"),
        ("x-own", "1"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Exchange {
        headers,
        body: "{}".into(),
        ..Exchange::new(Method::POST)
    }
}

#[tokio::test]
async fn d1_a_refused_call_is_settled_without_query_or_connection() {
    let server = scripted([ok()]).await;
    let app = app().host_at("evil.example", server.addr()).start();

    let denial = app
        .policy
        .judge(&Call::new(Interface::Request, "https://evil.example/"))
        .unwrap_err();
    let task = app.engine.refuse(denial, &Method::GET);
    let call = task.call();
    let seen = watch(task).await;

    assert_eq!(kind(&seen.outcome), "denied: NotListed");
    assert_eq!(app.journal.of(call), [Entry::Called, Entry::Settled]);
    assert_eq!(app.resolver.queries(), [""; 0]);
    assert_eq!(server.record().accepted, 0);
}

#[tokio::test]
async fn d1_no_redirect_reaches_an_unlisted_host() {
    for status in STATUSES {
        for location in [
            "https://evil.example/steal",
            "//evil.example/steal",
            "\\\\evil.example/steal",
            "https://api.example.com@evil.example/",
            "http://api.example.com/",
            "http://evil.example/",
            "https://api.example.com:443/",
            "https://api.example.com:8443/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://0x7f.1/",
            "https://localhost/",
            "https://api.weixin.qq.com/cgi-bin/token",
            "https://api.example.com./",
            "file:///etc/passwd",
            "javascript:alert(1)",
        ] {
            let first = scripted([redirect(status, location)]).await;
            let refused = scripted_for("evil.example", [ok()]).await;
            let resolver = FakeResolver::new().with("evil.example", [refused.addr().ip()]);
            let app = app()
                .resolving(resolver)
                .at(first.addr())
                .host_at("evil.example", refused.addr())
                .host_at("localhost", refused.addr())
                .start();

            let outcome = app.get(URL).await;

            assert!(
                kind(&outcome).starts_with("denied: "),
                "{status} {location}: {outcome:?}"
            );
            assert_eq!(refused.record().accepted, 0, "{status} {location}");
            assert_eq!(
                (first.record().accepted, first.requests().len()),
                (1, 1),
                "{status} {location}"
            );
            assert_eq!(app.resolver.queries(), [""; 0], "{status} {location}");
        }
    }
}

#[tokio::test]
async fn d1_a_redirect_to_a_listed_place_is_followed_in_every_spelling() {
    for status in STATUSES {
        for (location, host, path) in [
            ("https://cdn.example.com/new?a=1", OTHER, "/new?a=1"),
            ("//cdn.example.com/new", OTHER, "/new"),
            ("/new", HOST, "/new"),
            ("new", HOST, "/deep/new"),
            ("../new?b", HOST, "/new?b"),
            ("?c", HOST, "/deep/old?c"),
            ("https://CDN.example.com/x#fragment", OTHER, "/x"),
        ] {
            let (first, second) = redirecting(status, location, host).await;
            let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();

            let outcome = app.get("https://api.example.com/deep/old").await;

            let reached = if host == HOST { &first } else { &second };
            assert_eq!(kind(&outcome), "200 \"ok\"", "{status} {location}");
            assert_eq!(
                reached.requests().last().unwrap().path,
                path,
                "{status} {location}"
            );
            let hops: Vec<_> = outcome
                .unwrap()
                .hops
                .into_iter()
                .map(|hop| (hop.hop, hop.origin))
                .collect();
            let origins = [
                (0, Some(format!("https://{HOST}"))),
                (1, Some(format!("https://{host}"))),
            ];
            assert_eq!(hops, origins, "{status} {location}");
        }
    }
}

async fn redirecting(status: u16, location: &str, host: &str) -> (ScriptedServer, ScriptedServer) {
    let head = answer(status, &[("location", location)], "moved");
    let first = if host == HOST {
        let twice = Steps::over_tls().read_request().write(head).read_request();
        scripted([twice.write(answer(200, &[], "ok")).close()]).await
    } else {
        scripted([redirect(status, location)]).await
    };
    (first, scripted_for(OTHER, [ok()]).await)
}

#[tokio::test]
async fn d1_method_body_and_secrets_change_as_the_fetch_standard_says() {
    for (status, method, kept) in [
        (301, Method::POST, false),
        (302, Method::POST, false),
        (303, Method::POST, false),
        (303, Method::PUT, false),
        (301, Method::PUT, true),
        (302, Method::DELETE, true),
        (307, Method::POST, true),
        (308, Method::POST, true),
    ] {
        let first = scripted([redirect(status, "https://cdn.example.com/")]).await;
        let second = scripted_for(OTHER, [ok()]).await;
        let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();

        let exchange = Exchange {
            method: method.clone(),
            ..post()
        };
        app.send(URL, exchange).await.unwrap();

        let (before, after) = (only(&first), only(&second));
        let expected = if kept { method.as_str() } else { "GET" };
        assert_eq!(
            (before.method.as_str(), &*before.body),
            (method.as_str(), &b"{}"[..])
        );
        assert_eq!(after.method, expected, "{status} {method}");
        assert_eq!(
            &*after.body,
            if kept { &b"{}"[..] } else { b"" },
            "{status} {method}"
        );
        assert_eq!(after.header("content-type").is_some(), kept, "{status} {method}");
        assert_eq!(
            after.header("content-length").is_some(),
            kept,
            "{status} {method}"
        );
        assert_eq!(after.header("x-own"), Some("1"));
        assert_eq!(
            (after.header("authorization"), after.header("cookie")),
            (None, None)
        );
        assert_eq!(before.header("authorization"), Some("Bearer secret"));
    }
}

#[tokio::test]
async fn d1_secrets_stay_within_their_origin() {
    let head = answer(307, &[("location", "/again")], "");
    let script = Steps::over_tls()
        .read_request()
        .write(head)
        .read_request()
        .write(answer(200, &[], ""));
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();

    app.send(URL, post()).await.unwrap();

    let second = server.requests().remove(1);
    assert_eq!(second.header("authorization"), Some("Bearer secret"));
    assert_eq!(second.header("cookie"), Some("sid=1"));
}

#[tokio::test]
async fn d1_secrets_dont_come_back_after_a_detour() {
    let first = answer(302, &[("location", "https://cdn.example.com/")], "");
    let home = Steps::over_tls()
        .read_request()
        .write(first)
        .read_request()
        .write(answer(200, &[], ""));
    let home = scripted([home.again()]).await;
    let detour = scripted_for(OTHER, [redirect(302, URL)]).await;
    let app = app().at(home.addr()).host_at(OTHER, detour.addr()).start();

    app.send(URL, post()).await.unwrap();

    let last = home.requests().remove(1);
    assert_eq!(
        (last.header("authorization"), last.header("cookie")),
        (None, None)
    );
}

#[tokio::test]
async fn d1_a_loop_ends_after_twenty_redirects() {
    let server = scripted([redirect(302, "/loop")]).await;
    let app = app().at(server.addr()).start();

    let outcome = app.get(URL).await;

    let Err(Failure::Denied(denial)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(denial.reason(), &Reason::TooManyRedirects { limit: 20 });
    assert_eq!(server.requests().len(), 21);
    assert_eq!(
        server.record().accepted,
        1,
        "short bodies are read away, so one connection serves all hops"
    );
    assert_eq!(
        app.journal.count(|entry| matches!(entry, Entry::Redirected(..))),
        20
    );
}

#[tokio::test]
async fn a_manual_redirect_is_an_answer() {
    let server = scripted([redirect(302, "https://evil.example/")]).await;
    let app = app().at(server.addr()).start();

    let exchange = Exchange {
        redirect: Redirect::Manual,
        ..Exchange::new(Method::GET)
    };
    let outcome = app.send(URL, exchange).await;

    assert_eq!(
        (status(&outcome), kind(&outcome).as_str()),
        (302, "302 \"moved\"")
    );
    assert_eq!(
        outcome.unwrap().head.fields.get("location").unwrap(),
        "https://evil.example/"
    );
}

#[tokio::test]
async fn n8_a_redirect_to_nowhere_is_an_answer() {
    for location in ["", "  "] {
        let server = scripted([redirect(302, location)]).await;

        let outcome = app().at(server.addr()).start().get(URL).await;

        assert_eq!(status(&outcome), 302);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_status_that_is_no_redirect_is_an_answer() {
    for status in [300, 304, 305, 306] {
        let server = scripted([redirect(status, "https://evil.example/")]).await;
        let app = app().at(server.addr()).start();

        assert!(kind(&app.get(URL).await).starts_with(&status.to_string()));
    }
}

#[tokio::test]
async fn a_long_redirect_body_is_not_waited_for() {
    let location = ("location", "https://cdn.example.com/");
    let long = Steps::over_tls()
        .read_request()
        .write(format!(
            "HTTP/1.1 302 Found\r\n{}: {}\r\ncontent-length: 9\r\n\r\nshort",
            location.0, location.1
        ))
        .await_peer_close();
    let first = scripted([long.close()]).await;
    let second = scripted_for(OTHER, [ok()]).await;
    let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();

    let outcome = app.get(URL).await;

    assert_eq!(kind(&outcome), "200 \"ok\"");
    first.until(|record| record.over == 1).await;
}

fn only(server: &ScriptedServer) -> Received {
    let mut requests = server.requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}
