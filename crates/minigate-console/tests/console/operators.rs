//! The pages of accounts, settings, certificates, and one's own account.

use std::sync::Arc;

use hyper::StatusCode;
use minigate_console::access::Role;
use minigate_console::filing::{self, FilingRegister, HttpRegister};
use minigate_console::keys;
use minigate_tls::{RootSource, Roots};

use crate::database::{Database, on_both};
use crate::served::{Browser, PASSWORD, Served};
use crate::store::now;

on_both! {
    an_account_is_made_and_its_link_shown_once
    an_account_that_cant_be_is_told_and_kept_in_the_form
    what_operators_do_to_an_account_is_done
    nobody_is_invited_to_a_disabled_account
    the_last_operator_stays
    only_operators_change_accounts_and_settings
    a_platforms_auditor_reads_everything_and_has_no_buttons
    d5_filings_are_imported_and_looked_up
    d5_what_is_wrong_with_filings_is_told
    d5_where_a_service_is_asked_it_is_named_and_nothing_is_imported
    d5_a_file_of_filings_can_be_larger_than_other_forms
    keys_are_announced_and_then_used
    a_token_is_made_shown_once_used_and_revoked
    one_cant_revoke_anothers_token
    apps_are_found_by_name_and_id
    certificates_that_end_are_there_for_who_sees_the_app
}

async fn an_account_is_made_and_its_link_shown_once(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let fields = [("name", "li.wei"), ("display_name", "<b>李伟</b>"), ("role", "")];
    let made = root.submit("/accounts", "/accounts", &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let link = made.body.split("/invited/").nth(1).expect("a link");
    let path = format!("/invited/{}", link.split('<').next().unwrap());
    assert!(!root.get("/accounts").await.body.contains("/invited/"));
    let set = [("password", PASSWORD), ("again", PASSWORD)];
    let used = served.browser().post(&path, &set).await;

    assert_eq!(used.status, StatusCode::SEE_OTHER);
    let list = root.get("/accounts").await.body;
    assert!(list.contains("li.wei") && list.contains("&lt;b&gt;李伟"));
    assert!(root.get("/accounts/li.wei").await.body.contains("signed in"));
}

async fn an_account_that_cant_be_is_told_and_kept_in_the_form(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    for (name, role) in [("Li Wei", ""), ("root", ""), ("li", "owner")] {
        let fields = [("name", name), ("display_name", "Kept"), ("role", role)];
        let refused = root.submit("/accounts", "/accounts", &fields).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(refused.body.contains("value=\"Kept\""), "{name}");
    }
}

async fn what_operators_do_to_an_account_is_done(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    let mut ann = served.signed_in("ann", None, &[]).await;

    act(&mut root, &[("do", "role"), ("role", "auditor")]).await;
    assert_eq!(ann.get("/audit").await.status, StatusCode::OK);
    act(&mut root, &[("do", "rename"), ("display_name", "Ann Lee")]).await;
    act(
        &mut root,
        &[("do", "link"), ("kind", "subject"), ("identity", "s-1")],
    )
    .await;
    let shown = root.get("/accounts/ann").await.body;
    assert!(shown.contains("Ann Lee") && shown.contains("s-1"));
    act(&mut root, &[("do", "disable"), ("reason", "left <i>us</i>")]).await;
    assert_eq!(ann.get("/").await.status, StatusCode::SEE_OTHER);
    act(&mut root, &[("do", "enable")]).await;

    let shown = root.get("/audit?action=account.disable").await.body;
    assert!(shown.contains("left &lt;i&gt;us"));
    let invited = root
        .submit("/accounts/ann", "/accounts/ann", &[("do", "invite")])
        .await;
    assert!(invited.body.contains("/invited/"));
}

async fn nobody_is_invited_to_a_disabled_account(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    served.signed_in("ann", None, &[]).await;
    let button = "value=\"invite\"";
    assert!(root.get("/accounts/ann").await.body.contains(button));

    act(&mut root, &[("do", "disable")]).await;

    assert!(!root.get("/accounts/ann").await.body.contains(button));
    let invite = [("do", "invite")];
    let refused = root.submit("/accounts/ann", "/accounts/ann", &invite).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("enable it before"), "{}", refused.body);
}

async fn the_last_operator_stays(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    for fields in [[("do", "disable"), ("role", "")], [("do", "role"), ("role", "")]] {
        let refused = root.submit("/accounts/root", "/accounts/root", &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
    }
}

async fn only_operators_change_accounts_and_settings(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let mut eve = served.signed_in("eve", Some(Role::Auditor), &[]).await;

    for path in [
        "/accounts",
        "/accounts/ann",
        "/accounts/nobody",
        "/blocks",
        "/settings",
    ] {
        assert_eq!(ann.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for browser in [&mut ann, &mut eve] {
        let posts: [(&str, &[(&str, &str)]); 5] = [
            ("/accounts", &[("name", "x"), ("display_name", "x"), ("role", "")]),
            ("/accounts/ann", &[("do", "role"), ("role", "platformOperator")]),
            ("/accounts/ann/tokens/0123456789abcdef", &[]),
            (
                "/settings/filing-terms",
                &[("not_filed", "warns"), ("unknown", "warns")],
            ),
            ("/settings/keys", &[("do", "announce")]),
        ];
        for (path, fields) in posts {
            let sent = browser.submit("/", path, fields).await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{path}");
        }
        let filings = [("csv", "a.com"), ("mode", "replace")];
        let sent = browser.submit_parts("/", "/settings/filings", &filings).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
    }
}

async fn a_platforms_auditor_reads_everything_and_has_no_buttons(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    let mut eve = served.signed_in("eve", Some(Role::Auditor), &[]).await;
    let block = [("domain", "evil.example"), ("reason", "malware")];
    assert_eq!(
        root.submit("/blocks", "/blocks", &block).await.status,
        StatusCode::SEE_OTHER
    );

    for (path, shown) in [
        ("/accounts", "root"),
        ("/accounts/root", "platform operator"),
        ("/blocks", "evil.example"),
        ("/settings", "Signing keys"),
    ] {
        let page = eve.get(path).await;

        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.contains(shown), "{path}");
        let changing = page.body.matches("method=\"post\"").count();
        assert_eq!(
            changing, 2,
            "{path} has more than the sign-out and the preferences"
        );
        assert!(
            eve.get("/")
                .await
                .body
                .contains(&format!("href=\"{}\"", path.replace("/root", "")))
        );
    }
}

async fn d5_filings_are_imported_and_looked_up(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    assert!(root.get("/settings").await.body.contains("No register yet"));

    let fields = [
        ("csv", "example.com,<b>licence</b>\nexample.org"),
        ("mode", "replace"),
    ];
    let sent = root.submit_parts("/settings", "/settings/filings", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let found = root.get("/settings?domain=api.example.com").await.body;
    assert!(found.contains("&lt;b&gt;licence") && !found.contains("No register yet"));
    assert!(
        root.get("/settings?domain=example.net")
            .await
            .body
            .contains("not filed")
    );
    let hostile = root.get("/settings?domain=%22%3E%3Cscript%3Ea").await.body;
    assert!(!hostile.contains("<script>a"));

    let terms = [("not_filed", "warns"), ("unknown", "stops"), ("reason", "spring")];
    root.submit("/settings", "/settings/filing-terms", &terms).await;
    let kept = filing::terms(served.console.store()).await.unwrap();
    assert_eq!(kept.not_filed, filing::Consequence::Warns);
}

async fn d5_what_is_wrong_with_filings_is_told(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    for csv in ["example.com\napi.example.org", "", "not a domain"] {
        let fields = [("csv", csv), ("mode", "merge")];
        let sent = root.submit_parts("/settings", "/settings/filings", &fields).await;

        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{csv}");
        assert!(sent.body.contains(csv), "{csv}");
    }
    assert_eq!(filing::imported(served.console.store()).await.unwrap(), None);
}

async fn d5_where_a_service_is_asked_it_is_named_and_nothing_is_imported(database: &Database) {
    let (register, origin) = register_that_is_away();
    let store = database.open().await;
    let served = Served::set_up(store, None, |settings| settings.register = Some(register)).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let before = root.get("/settings").await.body;
    assert!(
        before.contains(origin) && before.contains("not asked since"),
        "{before}"
    );
    root.get("/settings?domain=example.com").await;
    root.cookies.insert("lang".to_owned(), "zh".to_owned());
    let after = root.get("/settings").await.body;
    assert!(
        after.contains("失败") && after.contains("无法连接备案库（"),
        "{after}"
    );
    assert!(!after.contains("secret") && !before.contains("secret"));

    let fields = [("csv", "example.com"), ("mode", "replace")];
    let sent = root.submit_parts("/settings", "/settings/filings", &fields).await;
    assert_eq!(sent.status, StatusCode::CONFLICT, "{}", sent.body);
    assert!(sent.body.contains("--filing-url"), "{}", sent.body);
    assert_eq!(filing::imported(served.console.store()).await.unwrap(), None);
}

async fn d5_a_file_of_filings_can_be_larger_than_other_forms(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    let register = |name: &str| -> String {
        let names = (0..60_000).map(|number| format!("{name}-{number}.com,x\n"));
        names.collect()
    };
    let (right, wrong) = (register("example-number"), register("d.example"));
    let larger = "x".repeat(33 << 20);
    assert!(right.len() > 1 << 20);

    let mut send = async |path: &str, file: &str| {
        let fields = [("csv", "example.com"), ("mode", "replace"), ("file", file)];
        root.submit_parts("/settings", path, &fields).await.status
    };

    let filings = "/settings/filings";
    assert_eq!(
        send("/apps/wx1/import", &right).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(send(filings, &larger).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(filings, &wrong).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(filings, &right).await, StatusCode::SEE_OTHER);
    let imported = filing::imported(served.console.store()).await.unwrap().unwrap();
    assert_eq!(imported.count, 60_000);
}

async fn keys_are_announced_and_then_used(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    let first = keys::load_or_make(served.console.store(), now()).await.unwrap();
    let first = first.signing().unwrap().public().thumbprint().clone();

    let early = root
        .submit("/settings", "/settings/keys", &[("do", "rotate")])
        .await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    for deed in ["announce", "rotate"] {
        let sent = root.submit("/settings", "/settings/keys", &[("do", deed)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{deed}");
    }

    let second = keys::load_or_make(served.console.store(), now()).await.unwrap();
    assert_ne!(second.signing().unwrap().public().thumbprint(), &first);
    assert!(root.get("/settings").await.body.contains("retired"));
    let (key, signs) = (
        first.to_string(),
        second.signing().unwrap().public().thumbprint().to_string(),
    );
    let refused = root
        .submit(
            "/settings",
            "/settings/keys",
            &[("do", "retire"), ("key", &signs)],
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("do", "retire"), ("key", key.as_str()), ("reason", "it leaked")];
    let gone = root.submit("/settings", "/settings/keys", &fields).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert!(!root.get("/settings").await.body.contains(&key));
}

async fn a_token_is_made_shown_once_used_and_revoked(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let ends = (now() + jiff::SignedDuration::from_hours(240))
        .strftime("%Y-%m-%d")
        .to_string();

    let fields = [
        ("name", "ci"),
        ("scope", "domains:read"),
        ("scope", "domains:write"),
        ("apps", "wx1"),
        ("ends", ends.as_str()),
    ];
    let made = ann.submit("/me", "/me/tokens", &fields).await;
    assert!(made.body.contains("mgt_"), "{}", made.body);
    let shown = ann.get("/me").await.body;
    assert!(!shown.contains("mgt_") && shown.contains("domains:write"));
    let id = shown.split("action=\"/me/tokens/").nth(1).unwrap();
    let id = id.split('"').next().unwrap().to_owned();
    let revoked = ann.submit("/me", &format!("/me/tokens/{id}"), &[]).await;

    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert!(!ann.get("/me").await.body.contains(&id));
    let nowhere = [
        ("name", "ci"),
        ("scope", "domains:read"),
        ("apps", "wx1 wx9"),
        ("ends", ends.as_str()),
    ];
    let refused = ann.submit("/me", "/me/tokens", &nowhere).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.in_words().contains("There is no app `wx9`"),
        "{}",
        refused.body
    );
    for bad in [
        [("name", "ci"), ("ends", "2001-01-01")],
        [("name", "<b>"), ("ends", "x")],
    ] {
        let refused = ann.submit("/me", "/me/tokens", &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.body.contains("value=\"<b>"));
    }
}

async fn one_cant_revoke_anothers_token(database: &Database) {
    let served = Served::on(database).await;
    let mut ann = served.signed_in("ann", None, &[]).await;
    let mut bob = served.signed_in("bob", None, &[]).await;
    let ends = (now() + jiff::SignedDuration::from_hours(240))
        .strftime("%Y-%m-%d")
        .to_string();
    let fields = [("name", "ci"), ("scope", "domains:read"), ("ends", ends.as_str())];
    ann.submit("/me", "/me/tokens", &fields).await;
    let shown = ann.get("/me").await.body;
    let id = shown.split("action=\"/me/tokens/").nth(1).unwrap();
    let path = format!("/me/tokens/{}", id.split('"').next().unwrap());

    assert_eq!(bob.submit("/me", &path, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(ann.get("/me").await.body.contains(&path));
}

async fn apps_are_found_by_name_and_id(database: &Database) {
    let served = Served::on(database).await;
    for number in 100..170 {
        served.app(&format!("wx{number}")).await;
    }
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    let first = root.get("/").await.body;
    assert!(first.contains("wx149") && !first.contains("wx150<"));
    assert!(root.get("/?after=wx149").await.body.contains("wx169"));
    let found = root.get("/?q=WX16").await.body;
    assert!(found.contains("wx160") && !found.contains("wx159"));
    assert!(root.get("/?q=shop").await.body.contains("wx100"));
    let none = root.get("/?q=%22%3E%3Cscript%3Ea").await.body;
    assert!(none.contains("No app is called so") && !none.contains("<script>a"));
}

async fn certificates_that_end_are_there_for_who_sees_the_app(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut ann = served.signed_in("ann", None, &[("wx1", Role::Developer)]).await;

    let shown = ann.get("/certificates?days=365").await;

    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains("None ends in this time"));
}

async fn act(browser: &mut Browser, fields: &[(&str, &str)]) {
    let done = browser.submit("/accounts/ann", "/accounts/ann", fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
}

/// A service that can't be reached, and its origin.
pub(crate) fn register_that_is_away() -> (Arc<dyn FilingRegister>, &'static str) {
    let origin = "http://127.0.0.1:1";
    let roots = Roots::load(&[RootSource::Bundled]).unwrap();
    let register = HttpRegister::open(&format!("{origin}/path-secret?key=query-secret"), &roots);
    (Arc::new(register.unwrap()), origin)
}
