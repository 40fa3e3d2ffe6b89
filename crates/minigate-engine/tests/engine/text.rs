//! Rules N6, N7 and N8 from the wire to the reply.

use bytes::Bytes;
use http::Method;
use minigate_engine::{Body, Exchange, Expect, Outcome, Signal};
use minigate_policy::{Era, Platform, Profile};
use minigate_testkit::{Script, answer};

use crate::support::{Setting, URL, app, body, kind, scripted, status};

const NI_HAO_GBK: &[u8] = b"\xC4\xE3\xBA\xC3";

async fn answered(setting: Setting, content_type: &str, sent: &[u8], expect: Expect) -> Outcome {
    let server = scripted([Script::answering(answer(
        200,
        &[("content-type", content_type)],
        sent,
    ))])
    .await;
    let exchange = Exchange {
        expect,
        ..Exchange::new(Method::GET)
    };
    setting.at(server.addr()).start().send(URL, exchange).await
}

#[tokio::test]
async fn n6_gbk_becomes_utf8_and_the_reply_says_how() {
    let outcome = answered(app(), "text/plain; charset=GBK", NI_HAO_GBK, Expect::Text).await;

    let Ok(Body::Text(text, decoding)) = outcome.map(|reply| reply.body) else {
        panic!("no text");
    };
    assert_eq!(text.as_str(), "你好");
    assert_eq!((decoding.charset, decoding.signal), ("GBK", Signal::ContentType));
}

#[tokio::test]
async fn n6_what_cant_be_converted_is_replaced_or_fails_by_platform() {
    let broken = b"{\"a\":\"\xff\"}";
    let profile = |platform| Setting {
        profile: Profile::new(Era::Guide, platform),
        ..app()
    };

    for platform in [Platform::Android, Platform::Devtools] {
        let outcome = answered(
            profile(platform),
            "application/json; charset=utf-8",
            broken,
            Expect::Text,
        )
        .await;
        assert_eq!(body(&outcome), Bytes::from("{\"a\":\"\u{fffd}\"}"));
    }
    let outcome = answered(
        profile(Platform::Ios),
        "application/json; charset=utf-8",
        broken,
        Expect::Text,
    )
    .await;
    assert_eq!(kind(&outcome), "Undecodable");
}

#[tokio::test]
async fn n7_one_byte_order_mark_is_removed_from_text_and_none_from_bytes() {
    let marked = "\u{feff}\u{feff}{}".as_bytes();

    let text = answered(app(), "application/json", marked, Expect::Text).await;
    let bytes = answered(app(), "application/json", marked, Expect::Bytes).await;

    assert_eq!(body(&text), Bytes::from("\u{feff}{}"));
    assert_eq!(body(&bytes), Bytes::from_static(marked));
}

#[tokio::test]
async fn n8_every_status_is_a_success() {
    for code in [
        200, 201, 299, 300, 400, 401, 404, 407, 418, 426, 500, 503, 599, 600, 799, 999,
    ] {
        let server = scripted([Script::answering(answer(code, &[], "body"))]).await;

        let outcome = app().at(server.addr()).start().get(URL).await;

        assert_eq!((status(&outcome), body(&outcome)), (code, Bytes::from("body")));
    }
}
