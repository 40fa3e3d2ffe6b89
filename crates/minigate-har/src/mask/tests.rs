use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;

use super::*;
use crate::{Cookie, Entry, Pair, Posted, SocketMessage, Way};

fn masked(entry: Entry) -> Entry {
    let mut har = Har::default();
    har.log.entries = vec![entry];
    Masker::mask(&mut har);
    har.log.entries.pop().unwrap()
}

fn answering(mime: &str, text: &str) -> Entry {
    let mut entry = Entry::default();
    entry.response.content.mime_type = mime.to_owned();
    entry.response.content.text = Some(text.to_owned());
    entry
}

fn answer(mime: &str, text: &str) -> String {
    masked(answering(mime, text)).response.content.text.unwrap()
}

/// Placeholders without what makes them as long as their secrets.
fn unpadded(text: &str) -> String {
    let padded = regex::Regex::new("masked-([0-9]+)-+").unwrap();
    padded.replace_all(text, "masked-$1-").into_owned()
}

#[test]
fn json_stays_what_it_is_but_for_its_secrets() {
    let text =
        r#" {"code":0, "data" : {"token":"t0k\u0065n", "name":"Ann", "password":1234, "n":[1.50, true]} } "#;

    let found = answer("application/json", text);

    let expected = r#" {"code":0, "data" : {"token":"masked-1-", "name":"Ann", "password":"masked-2-", "n":[1.50, true]} } "#;
    assert_eq!(found, expected);
}

#[test]
fn json_within_json_is_masked_too() {
    let found = answer("", r#"{"payload":"{\"session_key\":\"abc\"}"}"#);

    assert_eq!(found, r#"{"payload":"{\"session_key\":\"masked-1-\"}"}"#);
}

#[test]
fn all_of_a_secrets_object_is_secret() {
    let found = answer(
        "",
        r#"{"credentials":{"user":"ann","rest":["x y"]},"user":"ann"}"#,
    );

    assert_eq!(
        found,
        r#"{"credentials":{"user":"masked-1-","rest":["masked-2-"]},"user":"ann"}"#
    );
}

#[test]
fn words_and_codes_that_are_no_secrets_stay() {
    for text in [
        r#"{"code":"SUCCESS","token":"","token_type":"bearer","hasToken":true,"accessToken":null}"#,
        r#"{"id":"3f2504e0-4f89-11d3-9a0c-0305e82c3301","path":"pages/index/indexComponent"}"#,
        "token=1&page=2",
        "<html><body>password=true</body></html>",
    ] {
        assert_eq!(answer("", text), text);
    }
}

#[test]
fn cookies_and_authorization_lose_their_values() {
    let mut entry = Entry::default();
    entry.request.headers = vec![
        Pair::new("Cookie", "sid=abc; lang=en"),
        Pair::new("authorization", "Bearer abcdef123456"),
        Pair::new("X-Api-Key", "k"),
        Pair::new("User-Agent", "x"),
    ];
    entry.request.cookies = vec![Cookie {
        name: "sid".to_owned(),
        value: "abc".to_owned(),
    }];
    entry.response.headers = vec![Pair::new("Set-Cookie", "sid=abc; Path=/; HttpOnly")];

    let found = masked(entry);

    let values: Vec<_> = found
        .request
        .headers
        .iter()
        .map(|field| unpadded(&field.value))
        .collect();
    assert_eq!(
        values,
        [
            "sid=masked-1-; lang=masked-2-",
            "Bearer masked-3-",
            "masked-4-",
            "x"
        ]
    );
    assert_eq!(found.request.cookies[0].value, "masked-1-");
    assert_eq!(found.response.headers[0].value, "sid=masked-1-; Path=/; HttpOnly");
}

#[test]
fn fields_of_authentication_are_known_by_many_names() {
    let mut entry = Entry::default();
    entry.request.headers = ["X-Auth", "X-JWT", "Authentication", "x-csrf", "X-Custom"]
        .map(|name| Pair::new(name, "Bearer s3cretly"))
        .to_vec();

    let found = masked(entry).request.headers;

    assert!(
        found.iter().all(|field| field.value == "Bearer masked-1-"),
        "{found:?}"
    );
}

#[test]
fn a_sockets_token_among_its_protocols_is_masked() {
    let mut entry = Entry::default();
    entry.request.headers = vec![Pair::new("Sec-WebSocket-Protocol", "chat, token.s3, mqtt")];
    entry.response.headers = vec![Pair::new("sec-websocket-protocol", "token.s3")];

    let found = masked(entry);

    assert_eq!(found.request.headers[0].value, "chat, masked-1-, mqtt");
    assert_eq!(found.response.headers[0].value, "masked-1-");
}

#[test]
fn credentials_are_known_by_their_scheme() {
    let message = SocketMessage::new(Way::Send, 0.0, 1, b"auth Bearer s3cretly now");
    let entry = Entry {
        messages: Some(vec![message]),
        ..Entry::default()
    };

    let messages = masked(entry).messages.unwrap();

    assert_eq!(messages[0].data, "auth Bearer masked-1- now");
    for text in [
        "basic information",
        "a bearer token",
        "Digest username=\"ann\"",
        "bearer realm=\"x\"",
    ] {
        assert_eq!(answer("text/plain", text), text);
    }
}

#[test]
fn a_key_that_breaks_off_is_a_key() {
    for key in [
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi",
    ] {
        assert_eq!(unpadded(&answer("text/plain", key)), "masked-1-");
    }
}

#[test]
fn a_large_picture_is_not_looked_through_for_what_nobody_named() {
    let key = b"AKIAIOSFODNN7EXAMPLE";
    let picture = |length: usize| [&b"\x89PNG\0\xff"[..], &vec![b' '; length], key].concat();
    let kept = |length| {
        let coded = BASE64_STANDARD.encode(picture(length));
        let mut entry = answering("image/png", &coded);
        entry.response.content.encoding = Some("base64".to_owned());
        masked(entry).response.content.plain().unwrap() == picture(length)
    };

    assert!(kept(1 << 20));
    assert!(!kept(1 << 10));
}

#[test]
fn a_secret_that_is_known_is_found_in_a_large_picture_too() {
    let picture = [&b"\x89PNG\0\xff"[..], &vec![b' '; 1 << 20], b"s3cretly"].concat();
    let mut entry = answering("image/png", &BASE64_STANDARD.encode(picture));
    entry.response.content.encoding = Some("base64".to_owned());
    entry.request.headers = vec![Pair::new("X-Token", "s3cretly")];

    let found = masked(entry).response.content.plain().unwrap();

    assert!(found.ends_with(b" masked-1-"));
}

#[test]
fn a_secret_is_the_same_placeholder_everywhere() {
    let secret = "aB3/x+9 zQ==long";
    let mut first = answering(
        "application/json",
        &serde_json::json!({ "token": secret }).to_string(),
    );
    first.request.url = format!(
        "https://a.example/?t={}",
        form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>()
    );
    let mut second = Entry::default();
    second.request.headers = vec![Pair::new("x-echo", format!("<{secret}>"))];
    let mut har = Har::default();
    har.log.entries = vec![first, second];

    Masker::mask(&mut har);

    let [first, second] = &har.log.entries[..] else {
        panic!()
    };
    assert_eq!(unpadded(&first.request.url), "https://a.example/?t=masked-1-");
    assert_eq!(
        second.request.headers[0].value,
        format!("<masked-1{}>", "-".repeat(secret.len() - 8))
    );
}

#[test]
fn forms_of_both_kinds_are_masked_by_their_names() {
    let mut entry = Entry::default();
    entry.request.headers = vec![Pair::new("Content-Length", "21")];
    entry.request.post_data = Some(Posted {
        mime_type: "application/x-www-form-urlencoded".to_owned(),
        text: "user=ann&password=a,b".to_owned(),
        ..Posted::default()
    });
    let found = masked(entry).request;
    assert_eq!(found.post_data.unwrap().text, "user=ann&password=masked-1-");
    assert_eq!((found.body_size, found.headers[0].value.as_str()), (27, "27"));

    let mut entry = Entry::default();
    entry.request.post_data = Some(Posted {
        mime_type: "multipart/form-data; boundary=X".to_owned(),
        text: "--X\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\ns e\r\n--X\r\nContent-Disposition: \
               form-data; name=\"f\"; filename=\"a\"\r\n\r\nhi\r\n--X--\r\n"
            .to_owned(),
        ..Posted::default()
    });
    let found = masked(entry).request.post_data.unwrap().text;
    assert!(
        found.contains("\r\n\r\nmasked-1-\r\n--X\r\n") && found.ends_with("\r\n\r\nhi\r\n--X--\r\n"),
        "{found}"
    );
}

#[test]
fn keys_are_known_by_their_form() {
    for key in [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "AKIAIOSFODNN7EXAMPLE",
        "d41d8cd98f00b204e9800998ecf8427e",
        "oGZUI0egBJY1zhBYw2KhdUfwVJJE",
        "HyVFkGl5F5OQWJZZaNzBBg==",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        let found = answer("text/plain", &format!("see {key} there"));
        assert_eq!(unpadded(&found), "see masked-1- there");
        assert_eq!(found.len(), key.len() + "see  there".len());
    }
}

#[test]
fn masking_again_changes_nothing() {
    let once = masked(answering(
        "",
        r#"{"token":"abcdefgh12","url":"https://a.example/?token=abcdefgh12"}"#,
    ));

    assert_eq!(masked(once.clone()), once);
}

#[test]
fn a_host_is_never_masked() {
    let mut entry = Entry::default();
    entry.request.url =
        "https://d41d8cd98f00b204e9800998ecf8427e.example/d41d8cd98f00b204e9800998ecf8427e".to_owned();

    let found = unpadded(&masked(entry).request.url);

    assert_eq!(
        found,
        "https://d41d8cd98f00b204e9800998ecf8427e.example/masked-1-"
    );
}

fn everywhere(secret: &str) -> Entry {
    let json =
        serde_json::json!({ "data": { "access_token": secret }, "note": format!("is {secret}!"), secret: 1 });
    let mut entry = answering("application/json", &json.to_string());
    let percent = percent_encode(secret.as_bytes(), NON_ALPHANUMERIC).to_string();
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    entry.request.url = format!(
        "https://a.example/p/{percent}?password={form}&x={}",
        lower_digits(&percent)
    );
    entry.request.headers = vec![
        Pair::new(
            "authorization",
            format!("Bearer {}", secret.replace([' ', ';'], "_")),
        ),
        Pair::new("x-copy", format!("pre{}post", BASE64_STANDARD.encode(secret))),
        Pair::new("x-copy-2", BASE64_URL_SAFE_NO_PAD.encode(format!("a{secret}"))),
    ];
    entry.request.post_data = Some(Posted {
        mime_type: "application/x-www-form-urlencoded".to_owned(),
        text: format!("a=1&refresh_token={form}"),
        ..Posted::default()
    });
    entry.messages = Some(vec![
        SocketMessage {
            way: Way::Send,
            time: 0.0,
            opcode: 1,
            data: format!("hello {secret} you"),
        },
        SocketMessage {
            way: Way::Receive,
            time: 0.0,
            opcode: 2,
            data: BASE64_STANDARD.encode([b"\0\xff", secret.as_bytes(), b"\xfe"].concat()),
        },
    ]);
    entry
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_secret_never_shows_in_any_form(secret in "[ -~]{8,40}|[a-zA-Z0-9]{8,24}|[\\PC]{8,20}") {
        prop_assume!(!secret.trim().is_empty() && !"Bearer masked--12-- https://a.example/p/ password refresh_token access_token authorization".contains(&secret));
        let found = masked(everywhere(&secret));
        let json = serde_json::to_string(&found).unwrap();

        let percent = percent_encode(secret.as_bytes(), NON_ALPHANUMERIC).to_string();
        let escaped = serde_json::Value::from(secret.as_str()).to_string();
        for form in [
            &secret,
            escaped.trim_matches('"'),
            &percent,
            &lower_digits(&percent),
            &BASE64_STANDARD.encode(&secret),
            BASE64_STANDARD.encode(&secret).trim_end_matches('='),
        ] {
            prop_assert!(!json.contains(form), "{form} in {json}");
        }
        let binary = &found.messages.as_ref().unwrap()[1];
        let bytes = binary.payload();
        prop_assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
    }

    #[test]
    fn a_secret_in_what_breaks_off_never_shows(
        secret in "[a-zA-Z0-9]{8,24}",
        before in "(callback\\(|\\)\\]\\}',\n|it's \"|[ -~]{0,8} )?",
        cut in 0_usize..40,
    ) {
        let json = serde_json::json!({ "a": { "token": secret }, "list": [{ "b": 1 }], "note": "and more of it" });
        let text = format!("{before}{json}");
        let end = (text.find(&secret).unwrap() + secret.len() + cut).min(text.len());

        let found = answer("application/json", &text[..end]);

        prop_assert!(!found.contains(&secret), "{found}");
    }

    #[test]
    fn tokens_in_any_order_do_no_harm(text in r#"(token|a|[\\"':=<>/{}\[\],. \n-]|Bearer|s3cretly){0,40}"#) {
        let once = answer("text/plain", &text);
        prop_assert!(text.contains("token") || text.contains("Bearer") || once == text, "{once}");
    }

    #[test]
    fn json_stays_json(text in json_text()) {
        let found = answer("application/json", &text);
        let value: serde_json::Value = serde_json::from_str(&found).unwrap();
        let before: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert!(is_same_shape(&before, &value), "{text} {found}");
    }

    #[test]
    fn no_text_makes_it_fail(text in any::<Vec<u8>>(), mime in "(application/json|multipart/form-data; boundary=a|application/x-www-form-urlencoded)?") {
        let mut entry = answering(&mime, &BASE64_STANDARD.encode(&text));
        entry.response.content.encoding = Some("base64".to_owned());
        let _ = masked(entry).response.content.plain().unwrap();
    }
}

/// Percent-encoding with its digits in lower case, as some clients write it.
fn lower_digits(percent: &str) -> String {
    let mut parts = percent.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(2);
        format!("{text}%{}{rest}", digits.to_lowercase())
    })
}

fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        ".{0,30}".prop_map(serde_json::Value::from),
        "[A-Za-z0-9+/=]{20,40}".prop_map(serde_json::Value::from),
    ];
    let tree = leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::hash_map("token|password|code|[a-z\"\\\\]{1,6}", inner, 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    });
    tree.prop_map(|value| value.to_string())
}

/// Lists have as many items as before, and what isn't a text or a number is the same.
fn is_same_shape(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (one, other) {
        (Value::Array(items), Value::Array(others)) => {
            items.len() == others.len()
                && items
                    .iter()
                    .zip(others)
                    .all(|(one, other)| is_same_shape(one, other))
        }
        (Value::Object(members), Value::Object(others)) => members.len() >= others.len(),
        (Value::String(_) | Value::Number(_), Value::String(_)) => true,
        _ => one == other,
    }
}
