//! What an answer may be: heads without bodies, early hints, spelling of names.

use http::{Method, Version};
use minigate_engine::{Delivery, Exchange};
use minigate_policy::Profile;
use minigate_testkit::{Asked, Script, Steps, answer};

use crate::support::{Setting, URL, app, body, kind, origin, reply, scripted};

#[tokio::test]
async fn an_answer_without_a_body_leaves_the_connection_usable() {
    for (method, head) in [
        (Method::HEAD, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"),
        (
            Method::HEAD,
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        ),
        (
            Method::HEAD,
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ncontent-encoding: gzip\r\n\r\n",
        ),
        (
            Method::HEAD,
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ncontent-encoding: unheard-of\r\n\r\n",
        ),
        (Method::GET, "HTTP/1.1 204 No Content\r\n\r\n"),
        (
            Method::GET,
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\ncontent-encoding: br\r\n\r\n",
        ),
        (
            Method::GET,
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-encoding: gzip\r\n\r\n",
        ),
        (
            Method::GET,
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n0\r\n\r\n",
        ),
    ] {
        let first = Steps::over_tls().read_request().write(head).read_request();
        let server = scripted([first.write(answer(200, &[], "next")).close()]).await;
        let app = app().at(server.addr()).start();

        let bare = app.send(URL, Exchange::new(method.clone())).await;
        let next = app.get(URL).await;

        assert_eq!(body(&bare).len(), 0, "{method} {head}");
        assert_eq!(kind(&next), "200 \"next\"", "{method} {head}");
        assert_eq!(server.record().accepted, 1, "{method} {head}");
    }
}

#[tokio::test]
async fn informational_answers_are_passed_over() {
    let hints = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let last = "HTTP/1.1 200 OK\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nok";
    let server = scripted([Script::answering(format!("{hints}{last}"))]).await;
    let app = app().at(server.addr()).start();

    for _ in 0..2 {
        let seen = app.see(URL, Exchange::new(Method::GET)).await;

        assert_eq!(kind(&seen.outcome), "200 \"ok\"");
        let names: Vec<_> = seen.heads[0].fields.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["X-Own", "Content-Length"]);
    }
    assert_eq!(server.record().accepted, 1);
}

#[tokio::test]
async fn names_keep_their_letter_case_and_repeated_fields_stay_apart() {
    let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT\r\nX-REQUEST-Id: 7\r\n\
                set-cookie: b=2\r\nETag: \"x\"\r\nX-Latin: caf\u{e9}\r\nContent-Length: 0\r\n\r\n";
    let server = scripted([Script::answering(head)]).await;

    let reply = app().at(server.addr()).start().get(URL).await.unwrap();

    let fields = &reply.head.fields;
    assert_eq!(
        fields.all("SET-COOKIE").collect::<Vec<_>>(),
        ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"]
    );
    let mut names: Vec<_> = fields.iter().map(|(name, _)| name.to_owned()).collect();
    names.dedup_by_key(|name| name.to_ascii_lowercase());
    assert!(
        names.contains(&"X-REQUEST-Id".to_owned()) && names.contains(&"ETag".to_owned()),
        "{names:?}"
    );
    assert_eq!(fields.get("x-latin").unwrap(), "café");
    assert_eq!(reply.head.version, Version::HTTP_11);
}

#[tokio::test]
async fn h2_names_are_lower_case_and_repeated_fields_stay_apart() {
    let server = origin(|_: &Asked| {
        reply(
            200,
            &[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Own", "1")],
            "ok",
        )
    })
    .await;
    let app = app().at(server.addr()).start();

    let reply = app.get_h2(URL).await.unwrap();

    assert_eq!(reply.head.version, Version::HTTP_2);
    assert_eq!(
        reply.head.fields.all("Set-Cookie").collect::<Vec<_>>(),
        ["a=1", "b=2"]
    );
    assert!(reply.head.fields.iter().any(|(name, _)| name == "x-own"));
}

#[tokio::test]
async fn the_head_comes_before_the_body() {
    let server = scripted([Script::answering(answer(404, &[("x-a", "1")], "gone"))]).await;

    let seen = app()
        .at(server.addr())
        .start()
        .see(URL, Exchange::new(Method::GET))
        .await;

    assert_eq!(seen.heads[0].status, 404);
    assert_eq!(kind(&seen.outcome), "404 \"gone\"");
}

#[tokio::test]
async fn a_body_in_pieces_comes_in_order_before_the_settlement() {
    let mut script = Steps::over_tls()
        .read_request()
        .write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    for n in 0..100 {
        script = script.write(format!("4\r\n{n:04}\r\n"));
    }
    let server = scripted([script.write("0\r\n\r\n").close()]).await;
    let app = app().at(server.addr()).limited_to(10).start();

    let exchange = Exchange {
        delivery: Delivery::Chunked,
        ..Exchange::new(Method::GET)
    };
    let seen = app.see(URL, exchange).await;

    let expected: String = (0..100).map(|n| format!("{n:04}")).collect();
    assert_eq!(seen.chunks.concat(), expected.as_bytes());
    assert_eq!(body(&seen.outcome).len(), 0);
}

#[tokio::test]
async fn a_body_in_pieces_comes_whole_as_well_where_the_profile_says_so() {
    let script = Script::answering(answer(200, &[], "in pieces and whole"));
    let server = scripted([script]).await;
    let profile = Profile {
        chunked_data: true,
        ..Profile::default()
    };
    let app = Setting { profile, ..app() }.at(server.addr()).start();

    let exchange = Exchange {
        delivery: Delivery::Chunked,
        ..Exchange::new(Method::GET)
    };
    let seen = app.see(URL, exchange).await;

    assert_eq!(seen.chunks.concat(), b"in pieces and whole");
    assert_eq!(body(&seen.outcome), "in pieces and whole");
}
