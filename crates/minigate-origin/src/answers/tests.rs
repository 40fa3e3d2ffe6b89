use std::fs;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tempfile::TempDir;

use super::*;

#[test]
fn the_first_answer_that_fits_is_given() {
    let mock = mock(&[(
        "api.example.com/answers.toml",
        r#"
        [[answer]]
        when.path = "/v1/items/*"
        when.query.page = "2"
        give.text = "second page"

        [[answer]]
        when.path = "/v1/items/*"
        give.text = "any page"

        [[answer]]
        when.method = "post"
        when.path = "/v1/items/*"
        when.header.authorization = "Bearer t-1"
        when.body.user = "ann"
        give.status = 201
        "#,
    )]);
    let answers = Answers::load(mock.path()).unwrap();

    let second = answers.reply(&asked(Request::get("/v1/items/7?page=2&size=9"), ""));
    let any = answers.reply(&asked(Request::head("/v1/items/7?page=22"), ""));
    let post = Request::post("/v1/items/7").header("authorization", "Bearer t-1");
    let made = answers.reply(&asked(post, r#"{"user":"ann"}"#));

    assert_eq!(second.body, "second page");
    assert_eq!(any.body, "any page");
    assert_eq!((made.status, made.body), (StatusCode::CREATED, Bytes::new()));
}

#[test]
fn an_echo_is_the_request_as_json() {
    let mock = mock(&[(
        "api.example.com/answers.toml",
        "[[answer]]\nwhen.method = 'POST'\ngive.status = 201\ngive.echo = true",
    )]);
    let answers = Answers::load(mock.path()).unwrap();

    let reply = answers.reply(&asked(Request::post("/v1?a=1").header("x-key", "k"), "hello"));

    let echoed: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply.status, StatusCode::CREATED);
    assert_eq!(
        (
            &echoed["method"],
            &echoed["path"],
            &echoed["query"],
            &echoed["body"]
        ),
        (&json!("POST"), &json!("/v1"), &json!("a=1"), &json!("hello"))
    );
    assert_eq!(echoed["headers"]["x-key"], "k");
}

#[test]
fn an_echo_with_a_body_beside_it_is_refused() {
    let mock = mock(&[(
        "api.example.com/answers.toml",
        "[[answer]]\ngive.echo = true\ngive.text = 'x'",
    )]);

    let refused = Answers::load(mock.path());

    assert!(matches!(
        refused,
        Err(AnswersError::Wrong {
            problem: Problem::SecondBody,
            ..
        })
    ));
}

#[test]
fn a_domain_shows_the_certificate_that_its_answers_ask_for() {
    let mock = mock(&[
        ("old.example.com/answers.toml", "certificate = 'expired'"),
        ("api.example.com/answers.toml", ""),
    ]);
    let answers = Answers::load(mock.path()).unwrap();

    assert_eq!(answers.certificate("old.example.com"), Certificate::Expired);
    assert_eq!(answers.certificate("api.example.com"), Certificate::Good);
}

#[test]
fn each_condition_must_hold() {
    let mock = mock(&[(
        "api.example.com/answers.toml",
        r#"
        [[answer]]
        when.method = "POST"
        when.header.x-key = "k"
        when.body.user = "ann"
        "#,
    )]);
    let answers = Answers::load(mock.path()).unwrap();
    let status = |request, body| answers.reply(&asked(request, body)).status;

    assert_eq!(
        status(Request::post("/").header("x-key", "k"), r#"{"user":"ann"}"#),
        StatusCode::OK
    );
    assert_eq!(
        status(Request::put("/").header("x-key", "k"), r#"{"user":"ann"}"#),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(Request::post("/").header("x-key", "l"), r#"{"user":"ann"}"#),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(Request::post("/").header("x-key", "k"), r#"{"user":"bob"}"#),
        StatusCode::NOT_FOUND
    );
}

#[test]
fn an_answer_has_status_delay_headers_and_body() {
    let mock = mock(&[(
        "api.example.com/answers.toml",
        r#"
        [[answer]]
        give.status = 302
        give.delay_ms = 80
        give.headers = { set-cookie = ["a=1", "b=2"], location = "/x" }
        give.json = { ok = true, at = 2026-11-22, list = [1, 2.5] }
        "#,
    )]);
    let answers = Answers::load(mock.path()).unwrap();

    let reply = answers.reply(&asked(Request::get("/"), ""));

    assert_eq!(
        (reply.status, reply.delay),
        (StatusCode::FOUND, Duration::from_millis(80))
    );
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(reply.headers["location"], "/x");
    assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(body, json!({ "ok": true, "at": "2026-11-22", "list": [1, 2.5] }));
}

#[test]
fn a_file_has_the_type_of_its_ending() {
    let cases = [
        ("now.json", Some("application/json; charset=utf-8")),
        ("page.html", Some("text/html; charset=utf-8")),
        ("notes.txt", Some("text/plain; charset=utf-8")),
        ("logo.png", Some("image/png")),
        ("blob", None),
    ];
    for (name, expected) in cases {
        let answer = format!("[[answer]]\ngive.file = \"{name}\"");
        let path = format!("api.example.com/{name}");
        let mock = mock(&[("api.example.com/answers.toml", &answer), (&path, "content")]);

        let reply = Answers::load(mock.path())
            .unwrap()
            .reply(&asked(Request::get("/"), ""));

        assert_eq!(reply.body, "content", "{name}");
        let content_type = reply
            .headers
            .get("content-type")
            .map(|value| value.to_str().unwrap());
        assert_eq!(content_type, expected, "{name}");
    }
}

#[test]
fn an_own_content_type_wins() {
    let answer = "[[answer]]\ngive.text = \"<a/>\"\ngive.headers = { Content-Type = \"text/xml\" }";
    let mock = mock(&[("api.example.com/answers.toml", answer)]);

    let reply = Answers::load(mock.path())
        .unwrap()
        .reply(&asked(Request::get("/"), ""));

    let types: Vec<_> = reply.headers.get_all("content-type").iter().collect();
    assert_eq!(types, ["text/xml"]);
}

#[test]
fn without_an_answer_it_says_what_was_asked_and_where_to_answer() {
    let mock = mock(&[("api.example.com/answers.toml", "")]);

    let reply = Answers::load(mock.path())
        .unwrap()
        .reply(&asked(Request::delete("/v1?a=1"), ""));

    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    let file = mock.path().join("api.example.com/answers.toml");
    let expected = json!({
        "error": "no answer fits",
        "method": "DELETE",
        "host": "api.example.com",
        "path": "/v1",
        "query": "a=1",
        "hint": format!("add an [[answer]] to {}", file.display()),
    });
    assert_eq!(body, expected);
}

#[test]
fn every_sub_folder_is_a_domain() {
    let mock = mock(&[
        ("API.example.com/answers.toml", ""),
        ("cdn.example.com/answers.toml", ""),
        (".hidden/notes.txt", ""),
        ("README.md", ""),
    ]);

    let answers = Answers::load(mock.path()).unwrap();

    let domains: Vec<_> = answers.domains().into_iter().collect();
    assert_eq!(domains, ["api.example.com", "cdn.example.com"]);
}

#[test]
fn a_mistake_in_a_condition_names_file_line_key_and_remedy() {
    assert_refused(&[
        (
            "whne.path = \"/\"",
            "`whne.path`: unknown field `whne`, expected `when` or `give`",
        ),
        (
            "when.pth = \"/\"",
            "`when.pth`: unknown field `pth`, expected one of `method`",
        ),
        (
            "when.query.page = 2",
            "`when.query.page`: invalid type: integer `2`, expected a string",
        ),
        ("when.method = \"GE T\"", "`when.method`: `GE T` is not a method"),
        ("when.path = \"v1\"", "`when.path`: `v1` is not a path"),
        ("when.path = \"/a?b=1\"", "`when.path`: `/a?b=1` is not a path"),
        (
            "when.header.\"a b\" = \"1\"",
            "`when.header.a b`: `a b` is not a header name",
        ),
    ]);
}

#[test]
fn a_mistake_in_a_reply_names_file_line_key_and_remedy() {
    assert_refused(&[
        (
            "give.headers = { a = 1 }",
            "`give.headers`: expected a string or a list of strings",
        ),
        ("give.status = 101", "`give.status`: 101 is not a final status"),
        ("give.status = 1000", "`give.status`: 1000 is not a final status"),
        (
            "give.headers.\"a b\" = \"1\"",
            "`give.headers.a b`: `a b` is not a header name",
        ),
        (
            "give.headers.a = \"1\\n\"",
            "`give.headers.a`: the value of `a` contains a control character",
        ),
        (
            "give.headers.Content-Length = \"1\"",
            "`content-length` is not for an answer to set",
        ),
        (
            "give = { text = \"\", json = {} }",
            "`give.text`: the answer already has a body",
        ),
        (
            "give.file = \"none.json\"",
            "`give.file`: `none.json` can't be read: No such file",
        ),
        (
            "give.file = \"../secret\"",
            "`give.file`: `../secret` is outside of the domain's folder",
        ),
        (
            "give.file = \"/etc/passwd\"",
            "`give.file`: `/etc/passwd` is outside of the domain's folder",
        ),
        (
            "give.file = \"link\"",
            "`give.file`: `link` is outside of the domain's folder",
        ),
        ("give.text = ", "`give.text`: "),
    ]);
}

#[test]
fn a_folder_that_is_no_domain_is_refused() {
    let mock = mock(&[("天气/answers.toml", "")]);

    let error = Answers::load(mock.path()).unwrap_err();

    assert!(
        error.to_string().ends_with("天气` is not named like a domain"),
        "{error}"
    );
}

#[test]
fn a_domain_without_answers_is_refused() {
    let mock = mock(&[("api.example.com/now.json", "{}")]);

    let error = Answers::load(mock.path()).unwrap_err();

    assert!(matches!(error, AnswersError::Unreadable { path, .. } if path.ends_with("answers.toml")));
}

#[test]
fn a_folder_that_is_missing_is_refused() {
    let mock = mock(&[]);

    let error = Answers::load(mock.path().join("mock")).unwrap_err();

    assert!(matches!(error, AnswersError::Unreadable { path, .. } if path.ends_with("mock")));
}

fn assert_refused(cases: &[(&str, &str)]) {
    for (line, expected) in cases {
        let answers = format!("# Notes\n[[answer]]\n{line}\n");
        let mock = mock(&[("api.example.com/answers.toml", &answers), ("secret", "")]);
        std::os::unix::fs::symlink("../secret", mock.path().join("api.example.com/link")).unwrap();

        let error = Answers::load(mock.path()).unwrap_err();

        let file = mock.path().join("api.example.com/answers.toml");
        let message = error.to_string();
        assert!(
            message.starts_with(&format!("{}:3: ", file.display())),
            "{line}: {message}"
        );
        assert!(message.contains(expected), "{line}: {message}");
        assert!(!error.hint().is_empty());
    }
}

fn mock(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn asked(request: http::request::Builder, body: &'static str) -> Asked {
    let request = request.header("host", "api.example.com").body(()).unwrap();
    let (mut asked, ()) = Asked::of(request);
    asked.body = Bytes::from(body);
    asked
}
