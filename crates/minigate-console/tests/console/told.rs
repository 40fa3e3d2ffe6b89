//! What people are told, in their language.

use hyper::StatusCode;
use minigate_console::access::Role;
use minigate_console::account::first_start;
use minigate_console::app::{self, Settings};
use minigate_console::domains::Domains;

use crate::database::{Database, on_both};
use crate::domains::{by, lists};
use crate::people::root;
use crate::served::{Browser, PASSWORD, Served};
use crate::store::now;

on_both! {
    what_cant_be_taken_is_told_in_chinese
    an_address_that_cant_be_read_is_told_in_words
    a_missing_name_is_told_as_missing_and_the_form_is_kept
    a_grant_in_the_past_is_told_so
    a_choice_that_there_isnt_is_told_with_its_field
    a_draft_that_isnt_so_far_is_told_in_words
    the_first_page_of_a_new_console_leads_to_the_first_app
    an_invitation_has_its_name_in_the_title
    d2_one_owner_alone_cant_give_up_the_second_person
    tokens_end_with_the_password_where_that_is_wished
}

async fn what_cant_be_taken_is_told_in_chinese(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    served.app("wx1").await;
    in_chinese(&mut root).await;

    for (page, path, fields, told) in [
        (
            "/",
            "/apps",
            vec![("id", "x y"), ("name", "n"), ("era", "current")],
            "AppID 须为",
        ),
        (
            "/accounts",
            "/accounts",
            vec![("name", "A B"), ("display_name", "n"), ("role", "")],
            "不能作为账号名",
        ),
        (
            "/apps/wx1/members",
            "/apps/wx1/members",
            vec![("name", "A B"), ("role", "owner")],
            "不能作为账号名",
        ),
        (
            "/blocks",
            "/blocks",
            vec![("domain", "1.2.3.4"), ("reason", "r")],
            "IP",
        ),
        (
            "/blocks",
            "/blocks",
            vec![("domain", "a.com"), ("reason", "r"), ("until", "xx")],
            "不是日期",
        ),
        (
            "/me",
            "/me/tokens",
            vec![("name", "t"), ("scope", "domains:read"), ("ends", "xx")],
            "不是日期",
        ),
    ] {
        let answer = root.submit(page, path, &fields).await;

        let alert = alert(&answer.body);
        assert!(alert.contains(told), "{path}: {alert}");
        for english in ["is not", "is no ", " is the ", "expected", "has no", "use 1"] {
            assert!(!alert.contains(english), "{path}: {alert}");
        }
    }
    let filings = [("csv", "localdomain"), ("mode", "merge")];
    let answer = root
        .submit_parts("/settings", "/settings/filings", &filings)
        .await;
    let alert = alert(&answer.body);
    assert!(
        alert.contains("第 1 行") && !alert.contains("localdomain is"),
        "{alert}"
    );
}

async fn an_address_that_cant_be_read_is_told_in_words(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;

    for path in ["/apps/wx1/diff?from=x", "/apps/wx1/versions/abc"] {
        let english = owner.get(path).await;
        assert!(english.status.is_client_error(), "{path}");
        assert!(
            english.body.contains("This can&#39;t be read") || english.body.contains("This can't be read")
        );
    }
    in_chinese(&mut owner).await;
    for path in ["/apps/wx1/diff?from=x", "/apps/wx1/versions/abc"] {
        let chinese = owner.get(path).await.body;
        assert!(
            chinese.contains("无法读取") && !chinese.contains("Bad Request"),
            "{chinese}"
        );
    }
    let give = [
        ("do", "give"),
        ("days", "abc"),
        ("develop", "yes"),
        ("reason", "r"),
    ];
    let given = owner.submit("/apps/wx1/grants", "/apps/wx1/grants", &give).await;
    assert!(
        given.body.contains("无法读取") && given.in_words().contains("`days`"),
        "{}",
        given.body
    );
}

async fn a_choice_that_there_isnt_is_told_with_its_field(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;

    for (path, fields, told) in [
        (
            "/accounts/root",
            [("do", "explode"), ("role", "")],
            "`explode` isn't among the choices of `do`, which are `invite`, `disable`",
        ),
        (
            "/accounts/root",
            [("do", "role"), ("role", "king")],
            "`king` isn't among the choices of `role`, which are `auditor`, `platformOperator`",
        ),
    ] {
        let refused = root.submit(path, path, &fields).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.in_words().contains(told), "{}", refused.body);
    }
}

async fn a_missing_name_is_told_as_missing_and_the_form_is_kept(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;

    let page = "/apps/wx1/settings";
    let fields = [("name", " "), ("preflight", "yes"), ("reason", "for safety")];
    let refused = owner.submit(page, page, &fields).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(alert(&refused.body).contains("The name is missing: it has 1 to 100"));
    assert!(
        refused.body.contains("value=\"for safety\""),
        "the reason is kept"
    );
    assert!(refused.body.contains("name=\"preflight\" value=\"yes\" checked"));
    in_chinese(&mut owner).await;
    let refused = owner.submit(page, page, &fields).await;
    assert!(alert(&refused.body).contains("缺少名称"));
}

async fn a_grant_in_the_past_is_told_so(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;

    let give = [
        ("do", "give"),
        ("days", "-1"),
        ("develop", "yes"),
        ("reason", "r"),
    ];
    let given = owner.submit("/apps/wx1/grants", "/apps/wx1/grants", &give).await;
    let token = [("name", "t"), ("scope", "domains:read"), ("ends", "2001-01-01")];
    let made = owner.submit("/me", "/me/tokens", &token).await;

    assert!(alert(&given.body).contains("lies in the past"), "{}", given.body);
    assert!(alert(&made.body).contains("lies in the past"), "{}", made.body);
}

async fn a_draft_that_isnt_so_far_is_told_in_words(database: &Database) {
    let store = database.open().await;
    let (id, by) = ("wx1".parse().unwrap(), by("ann"));
    app::create(&*store, &id, "Shop", minigate_policy::Era::Current, false, &by)
        .await
        .unwrap();
    let domains = Domains::of(&*store, &id);
    domains.write(lists(&["https://a.com"]), &by).await.unwrap();

    let refused = domains.publish(&by).await.unwrap_err();

    assert_eq!(refused.to_string(), "the draft is open, not approved");
}

async fn the_first_page_of_a_new_console_leads_to_the_first_app(database: &Database) {
    let served = Served::on(database).await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    let mut dev = served.signed_in("dev", None, &[]).await;

    let (operators, developers) = (root.get("/").await.body, dev.get("/").await.body);

    assert!(
        operators.contains("Make the first one here") && operators.contains("<details class=\"card\" open")
    );
    assert!(!operators.contains("An owner of one") && developers.contains("An owner of one"));
}

async fn an_invitation_has_its_name_in_the_title(database: &Database) {
    let served = Served::on(database).await;
    let first = first_start(served.console.store(), &"operator".parse().unwrap(), now()).await;
    let link = format!("/invited/{}", first.unwrap().unwrap().secret.reveal());

    let shown = served.browser().get(&link).await.body;

    assert!(
        shown.contains("<title>Welcome, operator · minigate</title>"),
        "{shown}"
    );
}

async fn d2_one_owner_alone_cant_give_up_the_second_person(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let store = served.console.store();
    let id = "wx1".parse().unwrap();
    let two = Settings {
        two_people: Some(true),
        ..Settings::default()
    };
    app::set(store, &id, two, &root(), &by("root")).await.unwrap();
    let mut owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    let draft = [("request", "https://a.com"), ("do", "save")];
    owner.submit("/apps/wx1/draft", "/apps/wx1/draft", &draft).await;
    let page = "/apps/wx1/settings";
    let one = [("name", "Shop"), ("api_publishes", "yes")];

    let refused = owner.submit(page, page, &one).await;

    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(alert(&refused.body).contains("somebody else than its author has to approve"));
    assert!(app::find(store, &id).await.unwrap().two_people);
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    assert_eq!(root.submit(page, page, &one).await.status, StatusCode::SEE_OTHER);
    assert!(!app::find(store, &id).await.unwrap().two_people);
}

async fn tokens_end_with_the_password_where_that_is_wished(database: &Database) {
    let served = Served::on(database).await;
    let mut ann = served.signed_in("ann", None, &[]).await;
    let ends = (now() + jiff::SignedDuration::from_hours(48))
        .strftime("%Y-%m-%d")
        .to_string();
    let token = [
        ("name", "build"),
        ("scope", "domains:read"),
        ("ends", ends.as_str()),
    ];
    assert!(
        ann.submit("/me", "/me/tokens", &token)
            .await
            .body
            .contains("mgt_")
    );
    let page = "/me/password";
    assert!(ann.get(page).await.body.contains("Your API tokens go on working"));

    let kept = [
        ("old", PASSWORD),
        ("password", "another correct horse"),
        ("again", "another correct horse"),
    ];
    assert_eq!(ann.submit(page, page, &kept).await.status, StatusCode::SEE_OTHER);
    assert!(ann.get("/me").await.body.contains(">build<"));
    let ended = [
        ("old", "another correct horse"),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("end_tokens", "yes"),
    ];
    assert_eq!(ann.submit(page, page, &ended).await.status, StatusCode::SEE_OTHER);

    assert!(!ann.get("/me").await.body.contains(">build<"));
}

async fn in_chinese(browser: &mut Browser) {
    let set = [("lang", "zh"), ("theme", "auto"), ("back", "/")];
    assert_eq!(
        browser.post("/preferences", &set).await.status,
        StatusCode::SEE_OTHER
    );
}

/// What a page says to be wrong.
fn alert(page: &str) -> &str {
    let after = page
        .split("role=\"alert\"")
        .nth(1)
        .unwrap_or_else(|| panic!("no alert: {page}"));
    after.split("</div>").next().unwrap_or_default()
}
