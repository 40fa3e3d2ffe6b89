//! Members, AppSecrets, grants and settings of an app, on its pages.

use hyper::StatusCode;
use jiff::SignedDuration;
use minigate_console::access::Role;
use minigate_console::store::{Logged, Query};

use crate::database::{Database, on_both};
use crate::served::{Browser, Served};

on_both! {
    members_are_added_changed_and_removed_but_never_the_last_owner
    each_change_can_have_a_reason
    a_new_secret_is_shown_once_and_written_nowhere
    what_was_typed_stays_where_a_members_change_is_refused
    what_was_typed_stays_where_a_secrets_change_is_refused
    a_secrets_networks_are_kept_as_typed_where_one_is_wrong
    s1_a_grant_is_given_with_a_reason_and_withdrawn
    d2_two_people_and_preflights_are_settings
    only_owners_manage_and_only_their_own_app
}

async fn members_are_added_changed_and_removed_but_never_the_last_owner(database: &Database) {
    let (served, mut owner) = owned(database).await;
    served.signed_in("bob", None, &[]).await;
    let mut set = async |name: &str, role: &str| {
        let fields = [("name", name), ("role", role)];
        owner.submit("/apps/wx1", "/apps/wx1/members", &fields).await
    };

    let added = set("bob", "developer").await;
    let unknown = set("nobody", "developer").await;
    let wrong = set("bob", "platformOperator").await;
    let last = set("ann", "").await;
    let removed = set("bob", "").await;

    assert_eq!(
        (added.status, removed.status),
        (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER)
    );
    assert_eq!(
        (unknown.status, wrong.status),
        (StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST)
    );
    assert_eq!(last.status, StatusCode::CONFLICT);
    assert!(
        last.body.contains("role=\"alert\"") && last.body.contains("<bdi>bob</bdi>"),
        "{}",
        last.body
    );
    assert!(
        !owner
            .get("/apps/wx1/members")
            .await
            .body
            .contains("<bdi>bob</bdi>")
    );
}

async fn each_change_can_have_a_reason(database: &Database) {
    let served = Served::on(database).await;
    let mut operator = served.signed_in("olga", Some(Role::PlatformOperator), &[]).await;
    served.signed_in("bob", None, &[]).await;
    let members = MEMBERS;
    let next_month = served.console.now() + SignedDuration::from_hours(24 * 30);
    let next_month = next_month.strftime("%Y-%m-%d").to_string();
    let changes: [Change<'_>; 9] = [
        (
            "app.create",
            "/",
            "/apps",
            &[("id", "wx1"), ("name", "Shop"), ("era", "current")],
        ),
        (
            "member.set",
            members,
            members,
            &[("name", "bob"), ("role", "developer")],
        ),
        (
            "member.remove",
            members,
            members,
            &[("name", "bob"), ("role", "")],
        ),
        (
            "filing.terms",
            "/settings",
            "/settings/filing-terms",
            &[("not_filed", "stops"), ("unknown", "stops")],
        ),
        (
            "account.role",
            "/accounts/bob",
            "/accounts/bob",
            &[("do", "role"), ("role", "auditor")],
        ),
        (
            "account.rename",
            "/accounts/bob",
            "/accounts/bob",
            &[("do", "rename"), ("display_name", "Bobby")],
        ),
        ("secret.rotate", SECRET, SECRET, &[("do", "rotate")]),
        (
            "account.create",
            "/accounts",
            "/accounts",
            &[("name", "carl"), ("display_name", "Carl")],
        ),
        (
            "token.create",
            "/me",
            "/me/tokens",
            &[("name", "ci"), ("scope", "domains:read"), ("ends", &next_month)],
        ),
    ];

    for change in changes {
        make_with_reason(&served, &mut operator, change).await;
    }
}

/// Makes a change on its page and gives a reason, which is in the log then.
async fn make_with_reason(served: &Served, browser: &mut Browser, (action, page, path, fields): Change<'_>) {
    let form = browser.get(page).await.body;
    let reason = format!("why {action}");
    let fields = [fields, &[("reason", &reason)]].concat();
    let answer = browser.submit(page, path, &fields).await;

    assert!(form.contains("name=\"reason\""), "{page}");
    assert!(!answer.status.is_client_error(), "{action}: {}", answer.body);
    let log = served.console.store().log(&Query::default()).await.unwrap();
    let told = |row: &Logged| row.entry.action == action && row.entry.reason.as_deref() == Some(&reason);
    assert!(log.iter().any(told), "{action}");
}

async fn what_was_typed_stays_where_a_members_change_is_refused(database: &Database) {
    let (_served, mut owner) = owned(database).await;
    let mut refused = async |name: &str, role: &str| {
        let fields = [("name", name), ("role", role), ("reason", "moves on")];
        owner.submit(MEMBERS, MEMBERS, &fields).await.body
    };

    let last = refused("ann", "").await;
    let unknown = refused("no\"body", "auditor").await;

    let (rows, new) = last.split_once("id=\"add\"").unwrap();
    assert!(
        rows.contains("value=\"moves on\"") && rows.contains("<option value=\"\" selected"),
        "{rows}"
    );
    assert!(!new.contains("moves on"), "{new}");
    let (rows, new) = unknown.split_once("id=\"add\"").unwrap();
    assert!(!rows.contains("moves on"), "{rows}");
    assert!(
        new.contains("value=\"moves on\"") && new.contains("value=\"no&quot;body\""),
        "{new}"
    );
    assert!(new.contains("<option value=\"auditor\" selected"), "{new}");
}

async fn what_was_typed_stays_where_a_secrets_change_is_refused(database: &Database) {
    let (_served, mut owner) = owned(database).await;
    owner.submit(SECRET, SECRET, &[("do", "rotate")]).await;
    let allowed = [("do", "allow"), ("nets", "192.0.2.1")];
    owner.submit(SECRET, SECRET, &allowed).await;

    let fields = [("do", "rotate"), ("hours", "25"), ("reason", "it leaked")];
    let rotated = owner.submit(SECRET, SECRET, &fields).await.body;
    let fields = [("do", "allow"), ("nets", "x"), ("reason", "it moved")];
    let moved = owner.submit(SECRET, SECRET, &fields).await.body;

    assert!(rotated.contains("value=\"25\""), "{rotated}");
    assert_eq!(rotated.matches("value=\"it leaked\"").count(), 1, "{rotated}");
    assert!(
        rotated.contains("192.0.2.1"),
        "what isn't changed is shown as it is"
    );
    assert_eq!(moved.matches("value=\"it moved\"").count(), 1, "{moved}");
    assert!(moved.contains(">x</textarea>"), "{moved}");
}

async fn a_new_secret_is_shown_once_and_written_nowhere(database: &Database) {
    let (served, mut owner) = owned(database).await;

    let made = owner.submit(SECRET, SECRET, &[("do", "rotate")]).await;
    let secret = secret_of(&made.body);
    let later = owner.get(SECRET).await;
    let too_long = owner
        .submit(SECRET, SECRET, &[("do", "rotate"), ("hours", "25")])
        .await;
    let another = owner
        .submit(SECRET, SECRET, &[("do", "rotate"), ("hours", "2")])
        .await;
    let frozen = owner.submit(SECRET, SECRET, &[("do", "freeze")]).await;

    assert_eq!((made.status, secret.len()), (StatusCode::OK, 32), "{}", made.body);
    assert_eq!(made.headers["cache-control"], "no-store");
    assert!(!later.body.contains(&secret));
    assert_eq!(too_long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_ne!(secret_of(&another.body), secret);
    assert_eq!(frozen.location(), SECRET);
    assert!(owner.get(SECRET).await.body.contains("frozen"));
    let log = served.console.store().log(&Query::default()).await.unwrap();
    assert!(log.iter().any(|row| row.entry.action == "secret.rotate"));
    assert!(!format!("{log:?}").contains(&secret));
}

async fn a_secrets_networks_are_kept_as_typed_where_one_is_wrong(database: &Database) {
    let (_served, mut owner) = owned(database).await;
    owner.submit(SECRET, SECRET, &[("do", "rotate")]).await;

    let wrong = [("do", "allow"), ("nets", "10.0.0.0/8\n</textarea><script>x")];
    let wrong = owner.submit(SECRET, SECRET, &wrong).await;
    let right = [("do", "allow"), ("nets", "10.0.0.0/8, 192.0.2.1")];
    let right = owner.submit(SECRET, SECRET, &right).await;

    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("10.0.0.0/8\n&lt;/textarea&gt;") && !wrong.body.contains("<script>x"));
    assert_eq!(right.location(), SECRET);
    assert!(owner.get(SECRET).await.body.contains("10.0.0.0/8\n192.0.2.1"));
}

async fn s1_a_grant_is_given_with_a_reason_and_withdrawn(database: &Database) {
    let (_served, mut owner) = owned(database).await;
    let give = |days: &'static str, reason: &'static str| {
        [
            ("do", "give"),
            ("develop", "yes"),
            ("days", days),
            ("reason", reason),
        ]
    };

    let none = owner.submit(GRANTS, GRANTS, &give("7", " ")).await;
    let long = owner.submit(GRANTS, GRANTS, &give("31", "testing")).await;
    let given = owner.submit(GRANTS, GRANTS, &give("7", "<i>testing</i>")).await;
    let shown = owner.get(GRANTS).await.body;
    let withdrawn = owner.submit(GRANTS, GRANTS, &[("do", "withdraw")]).await;
    let again = owner.submit(GRANTS, GRANTS, &[("do", "withdraw")]).await;

    assert_eq!(
        (none.status, long.status),
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
    );
    assert!(long.body.contains("value=\"31\"") && long.body.contains("value=\"testing\""));
    assert_eq!((given.location(), withdrawn.location()), (GRANTS, GRANTS));
    assert!(
        shown.contains("may be skipped now") && shown.contains("&lt;i&gt;testing"),
        "{shown}"
    );
    assert!(owner.get(GRANTS).await.body.contains("ended"));
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

async fn d2_two_people_and_preflights_are_settings(database: &Database) {
    let (served, mut owner) = owned(database).await;
    let path = "/apps/wx1/settings";

    let both = [
        ("name", "Renamed"),
        ("two_people", "yes"),
        ("preflight", "yes"),
        ("reason", "audit"),
    ];
    let set = owner.submit(path, path, &both).await;

    assert_eq!(set.location(), path);
    let app = minigate_console::app::find(served.console.store(), &"wx1".parse().unwrap())
        .await
        .unwrap();
    assert!(app.two_people && app.preflight_required && !app.api_publishes);
    assert_eq!(app.name, "Renamed");
    assert_eq!(owner.get(path).await.body.matches("checked").count(), 2);
}

async fn only_owners_manage_and_only_their_own_app(database: &Database) {
    let (served, _owner) = owned(database).await;
    served.app("wx2").await;
    let roles = [("wx1", Role::Developer)];
    let mut developer = served.signed_in("dan", None, &roles).await;
    let mut auditor = served.signed_in("eve", None, &[("wx1", Role::Auditor)]).await;
    let mut other = served.signed_in("mallory", None, &[("wx2", Role::Owner)]).await;
    let changes = [
        ("/apps/wx1/members", vec![("name", "dan"), ("role", "owner")]),
        (SECRET, vec![("do", "rotate")]),
        (GRANTS, vec![("do", "give"), ("trial", "yes"), ("reason", "x")]),
        ("/apps/wx1/settings", vec![("name", "Taken")]),
    ];

    for (path, fields) in &changes {
        for browser in [&mut developer, &mut auditor] {
            let answer = browser.submit("/apps/wx1", path, fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        let answer = other.submit("/apps/wx2", path, fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(developer.get(SECRET).await.status, StatusCode::FORBIDDEN);
    assert_eq!(auditor.get("/apps/wx1/members").await.status, StatusCode::OK);
    assert!(!developer.get("/apps/wx1").await.body.contains(SECRET));
}

async fn owned(database: &Database) -> (Served, Browser) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    (served, owner)
}

fn secret_of(page: &str) -> String {
    let (_, rest) = page.split_once("<p class=\"secret\"><code>").expect("the secret");
    rest.split('<').next().unwrap().to_owned()
}

/// What the log calls it, the page of its form, where that is sent, and its fields.
type Change<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);
const MEMBERS: &str = "/apps/wx1/members";
const SECRET: &str = "/apps/wx1/secret";
const GRANTS: &str = "/apps/wx1/grants";
