//! Texts that would be markup, in whatever people type and pages show.

use hyper::header::CONTENT_TYPE;

use super::{Ground, routes};
use crate::database::{Database, on_both};
use crate::served::{Answer, form};

on_both! {
    no_page_runs_what_somebody_typed
    what_isnt_stored_isnt_run_either
    every_answer_tells_the_browser_to_run_nothing_else
}

async fn no_page_runs_what_somebody_typed(database: &Database) {
    let mut ground = Ground::on(database).await;
    for payload in PAYLOADS {
        let fields = [("step", "submit"), ("reason", payload)];
        let draft = [
            ("request", "https://three.example.com"),
            ("do", "save"),
            ("reason", payload),
        ];
        ground
            .operator
            .submit("/apps/wx2/draft", "/apps/wx2/draft", &draft)
            .await;
        ground
            .operator
            .submit("/apps/wx2/draft", "/apps/wx2/draft/step", &fields)
            .await;
    }
    ground.plant(PAYLOADS[0]).await;
    for route in routes::all() {
        if !route.reads {
            continue;
        }
        for path in [route.of("wx2"), route.of("wx3")] {
            let shown = ground.operator.get(&path).await;
            harmless(&path, &shown);
        }
    }

    let apps = ground.operator.get("/").await;
    assert!(apps.body.contains("&lt;script&gt;alert(1)"), "{}", apps.body);
}

async fn what_isnt_stored_isnt_run_either(database: &Database) {
    let mut ground = Ground::on(database).await;

    for payload in PAYLOADS {
        let typed = [("request", payload), ("do", "check"), ("reason", payload)];
        let draft = ground
            .operator
            .submit("/apps/wx2/draft", "/apps/wx2/draft", &typed)
            .await;
        harmless("/apps/wx2/draft", &draft);
        let encoded = form(&[("x", payload)])[2..].to_owned();
        for route in routes::all() {
            if !route.reads {
                continue;
            }
            let query = [
                "next",
                "after",
                "from",
                "to",
                "app",
                "interface",
                "url",
                "state",
                "code",
            ]
            .map(|name| format!("{name}={encoded}"))
            .join("&");
            for path in [format!("{}?{query}", route.of("wx2")), route.filled(&encoded)] {
                let shown = ground.operator.get(&path).await;
                assert!(!shown.status.is_server_error(), "{path}: {}", shown.status);
                harmless(&path, &shown);
            }
        }
        let wrong = [("name", payload), ("password", payload), ("next", payload)];
        harmless(
            "/sign-in",
            &ground.served.browser().post("/sign-in", &wrong).await,
        );
    }
}

async fn every_answer_tells_the_browser_to_run_nothing_else(database: &Database) {
    let mut ground = Ground::on(database).await;
    let mut paths: Vec<String> = routes::all().iter().map(|route| route.of("wx2")).collect();
    let style = ground.operator.get("/").await;
    let style = style.body.split("href=\"/assets/").nth(1).unwrap();
    paths.push(format!("/assets/{}", style.split('"').next().unwrap()));
    paths.extend(
        [
            "/nowhere",
            "/healthz",
            "/readyz",
            "/lists/wx2",
            "/lists/keys",
            "/assets/x",
        ]
        .map(str::to_owned),
    );

    for path in paths {
        let answer = ground.operator.get(&path).await;
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .map_or("", |value| value.to_str().unwrap())
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("access-control-allow-origin"), "", "{path}");
        let is_public = path.starts_with("/assets/") || path.starts_with("/lists/");
        assert!(is_public || header("cache-control") == "no-store", "{path}");
    }
}

/// No element or attribute of a page comes from a text that somebody typed.
fn harmless(path: &str, answer: &Answer) {
    let kind = answer
        .headers
        .get(CONTENT_TYPE)
        .map_or("", |kind| kind.to_str().unwrap());
    if !kind.starts_with("text/html") {
        assert!(
            !kind.contains("xml") && !kind.contains("javascript"),
            "{path}: {kind}"
        );
        return;
    }
    for tag in answer.body.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap().to_lowercase();
        let bare: String = tag.split('"').step_by(2).collect();
        let is_ours = tag.starts_with("script src=\"/assets/") || tag.starts_with("/script");
        assert!(
            !tag.trim_start_matches('/').starts_with("script") || is_ours,
            "{path}: <{tag}>"
        );
        assert!(
            !bare.contains(" on") && !bare.contains(" style"),
            "{path}: <{tag}>"
        );
        for element in ["img", "svg", "iframe", "object", "embed", "base"] {
            assert!(
                !tag.starts_with(element) || !tag.contains("alert"),
                "{path}: <{tag}>"
            );
        }
        for led in ["href=\"", "src=\"", "action=\""] {
            let target = tag.split(led).nth(1).unwrap_or_default();
            assert!(
                !target.starts_with("javascript:") && !target.starts_with("data:"),
                "{path}: <{tag}>"
            );
        }
    }
}

const PAYLOADS: [&str; 4] = [
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>",
    "</textarea><svg onload=alert(3)>",
    "javascript:alert(4)",
    "\" autofocus onfocus=\"alert(5)",
];
