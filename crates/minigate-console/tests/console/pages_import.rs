//! Lists in and out of the pages, and calls that are judged and proposed there.

use hyper::{Method, StatusCode};
use minigate_console::access::{Caller, Right, Role};
use minigate_console::store::Change;
use minigate_policy::WrittenLists;
use serde_json::json;

use crate::database::{Database, on_both};
use crate::served::{Answer, Browser, Served, parts};
use crate::store::{entry, now};

on_both! {
    d3_a_wrong_line_is_told_and_nothing_of_the_import_is_kept
    d2_lists_are_added_removed_and_replaced_by_text_or_file
    d2_an_import_says_what_it_has_nothing_to_remove_of
    an_import_of_nothing_says_so_and_changes_nothing
    d2_what_is_exported_is_imported_again_byte_for_byte
    d1_entries_of_interfaces_that_arent_here_are_told
    what_isnt_there_cant_be_exported
    d7_an_import_that_fills_a_list_too_far_is_refused
    an_import_without_the_sessions_token_changes_nothing
    d1_a_call_is_judged_with_its_rule_list_and_remedies
    d1_a_refused_call_is_proposed_with_one_click
    d2_a_proposal_opens_an_approved_draft_again_only_knowingly
    d4_d6_what_can_never_be_listed_isnt_offered_to_be_proposed
    a_database_that_fails_isnt_a_reason_against_a_proposal
    d1_whoever_reads_only_cant_propose_or_import
    neither_lists_nor_verdicts_cross_from_app_to_app
}

async fn d3_a_wrong_line_is_told_and_nothing_of_the_import_is_kept(database: &Database) {
    let (served, mut owner) = owned(database).await;
    let text = "https://good.com\nhttp://</textarea><script>alert(1)</script>";

    let answer = import(&mut owner, &[("text", text), ("do", "save")]).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Nothing has been saved") && answer.body.contains(">D3<"));
    assert!(!answer.body.contains("<script>alert"));
    assert!(draft_of(&served).await.is_none());
}

async fn d2_lists_are_added_removed_and_replaced_by_text_or_file(database: &Database) {
    let (served, mut owner) = owned(database).await;
    let json = r#"{"requestdomain":["https://A.com","https://b.com"],"wsrequestdomain":["wss://s.com"]}"#;

    let preview = import(&mut owner, &[("text", json), ("do", "check")]).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.body);
    assert!(preview.body.contains("https://a.com") && preview.body.contains("added"));
    assert!(draft_of(&served).await.is_none());
    let added = import(&mut owner, &[("file", json), ("do", "save")]).await;
    assert_eq!(added.location(), "/apps/wx1/draft");
    import(
        &mut owner,
        &[("text", "https://b.com"), ("mode", "remove"), ("do", "save")],
    )
    .await;
    let lists = draft_of(&served).await.unwrap();
    assert_eq!(
        (lists.request, lists.connect_socket),
        (vec!["https://a.com".to_owned()], vec!["wss://s.com".to_owned()])
    );
    let csv = "interface,entry\nrequest,https://c.com\n";
    import(&mut owner, &[("text", csv), ("mode", "replace"), ("do", "save")]).await;

    let lists = draft_of(&served).await.unwrap();
    assert_eq!(lists.request, ["https://c.com"]);
    assert_eq!(lists.connect_socket, ["wss://s.com"]);
    let nothing = import(&mut owner, &[("text", csv), ("do", "save")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("Nothing would change"));
}

async fn an_import_of_nothing_says_so_and_changes_nothing(database: &Database) {
    let (served, mut owner) = owned(database).await;
    save(&mut owner, "https://a.com").await;

    for (mode, wish) in [("add", "save"), ("replace", "save"), ("replace", "check")] {
        let nothing = import(&mut owner, &[("text", " \n"), ("mode", mode), ("do", wish)]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            nothing.body.contains("there is nothing to import"),
            "{}",
            nothing.body
        );
    }

    assert_eq!(draft_of(&served).await.unwrap().request, ["https://a.com"]);
}

async fn d2_an_import_says_what_it_has_nothing_to_remove_of(database: &Database) {
    let (_served, mut owner) = owned(database).await;
    save(&mut owner, "https://a.com").await;
    let fields = [
        ("text", "https://A.com\nhttps://b.com"),
        ("mode", "remove"),
        ("do", "check"),
    ];

    let checked = import(&mut owner, &fields).await.body;

    let (_, lines) = checked.split_once("Line by line").unwrap();
    let (there, missing) = lines.split_once("https://b.com").unwrap();
    assert!(there.contains("✓ is removed"), "{there}");
    assert!(missing.contains("there is nothing to remove"), "{missing}");
}

async fn d2_what_is_exported_is_imported_again_byte_for_byte(database: &Database) {
    let (served, mut owner) = owned(database).await;
    publish(&mut owner, "https://a.com\nhttps://b.com").await;
    publish(&mut owner, "https://c.com").await;

    for (format, ending) in [("platform", "platform.json"), ("lists", "json"), ("csv", "csv")] {
        let path = |of: &str| format!("/apps/wx1/export?of={of}&format={format}");
        let effective = owner.get(&path("effective")).await;
        let old = owner.get(&path("1")).await;
        assert_eq!(
            effective.headers["content-disposition"],
            format!("attachment; filename=\"wx1-version-2.{ending}\"")
        );
        assert_eq!(owner.get(&path("2")).await.body, effective.body);
        import(
            &mut owner,
            &[("text", &old.body), ("mode", "replace"), ("do", "save")],
        )
        .await;

        assert_eq!(owner.get(&path("draft")).await.body, old.body);
        assert_eq!(
            draft_of(&served).await.unwrap().request,
            ["https://a.com", "https://b.com"]
        );
        discard(&mut owner).await;
    }
}

async fn d1_entries_of_interfaces_that_arent_here_are_told(database: &Database) {
    let (served, mut owner) = owned(database).await;
    let json =
        r#"{"requestdomain":["https://a.com"],"udpdomain":["udp://u.com"],"tcpdomain":["tcp://t.com"]}"#;

    let answer = import(&mut owner, &[("text", json), ("do", "save")]).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .body
            .contains("udpdomain udp://u.com, tcpdomain tcp://t.com")
    );
    assert!(answer.body.contains("https://a.com"), "what was pasted is kept");
    assert!(draft_of(&served).await.is_none());
    let empty = r#"{"requestdomain":["https://a.com"],"udpdomain":[],"tcpdomain":[]}"#;
    let answer = import(&mut owner, &[("text", empty), ("do", "check")]).await;
    assert_eq!(answer.status, StatusCode::OK);
}

async fn what_isnt_there_cant_be_exported(database: &Database) {
    let (_served, mut owner) = owned(database).await;
    publish(&mut owner, "https://a.com").await;

    for missing in ["of=draft&format=csv", "of=9&format=csv"] {
        let answer = owner.get(&format!("/apps/wx1/export?{missing}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
    }
    for wrong in ["of=x&format=csv", "of=1&format=xml", "of=1"] {
        let answer = owner.get(&format!("/apps/wx1/export?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

async fn d7_an_import_that_fills_a_list_too_far_is_refused(database: &Database) {
    let (served, mut owner) = owned(database).await;
    let text: String = (0..201)
        .map(|number| format!("https://h{number}.com\n"))
        .collect();

    let answer = import(&mut owner, &[("text", &text), ("do", "save")]).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains(">D7<"));
    assert!(draft_of(&served).await.is_none());
}

async fn an_import_without_the_sessions_token_changes_nothing(database: &Database) {
    let (served, mut owner) = owned(database).await;

    for csrf in [None, Some("guess")] {
        let (kind, body) = parts(csrf, &[("text", "https://a.com"), ("do", "save")]);
        let headers = [("content-type", kind.as_str())];
        let answer = owner.ask(Method::POST, "/apps/wx1/import", &headers, body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    let headers = [("content-type", "multipart/form-data")];
    let answer = owner
        .ask(Method::POST, "/apps/wx1/import", &headers, "csrf".to_owned())
        .await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(draft_of(&served).await.is_none());
}

async fn d1_a_call_is_judged_with_its_rule_list_and_remedies(database: &Database) {
    let (_served, mut owner) = owned(database).await;
    publish(&mut owner, "https://api.example.com").await;
    save(&mut owner, "https://api.example.com\nhttps://new.example.com").await;
    let ask = |rest: &str| format!("/what-if?app=wx1&interface=request&{rest}");

    let allowed = owner
        .get(&ask("url=https%3A%2F%2Fapi.example.com%2Fx"))
        .await
        .body;
    let refused = owner
        .get(&ask("url=https%3A%2F%2Fnew.example.com%2Fx"))
        .await
        .body;
    let by_draft = owner
        .get(&ask("url=https%3A%2F%2Fnew.example.com%2Fx&lists=draft"))
        .await
        .body;
    let hostile = owner
        .get(&ask("url=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE"))
        .await;

    assert!(
        allowed.contains("The call may leave") && allowed.contains("of version"),
        "{allowed}"
    );
    assert!(
        refused.contains("The call is refused") && refused.contains(">D1<"),
        "{refused}"
    );
    assert!(
        refused.contains("What to do") && refused.contains("/apps/wx1/propose?"),
        "{refused}"
    );
    assert!(
        by_draft.contains("The call may leave") && by_draft.contains("of the draft"),
        "{by_draft}"
    );
    assert_eq!(hostile.status, StatusCode::OK);
    assert!(!hostile.body.contains("<script>alert") && !hostile.body.contains('\u{202e}'));
    for wrong in [
        "url=x&release=0",
        "url=x&platform=tv",
        "url=x&era=9",
        "url=x&lists=all",
    ] {
        let answer = owner.get(&ask(wrong)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(answer.body.contains("<form class=\"stack card\""), "{wrong}");
    }
}

async fn d1_a_refused_call_is_proposed_with_one_click(database: &Database) {
    let (served, mut owner) = owned(database).await;
    let mut bob = served.signed_in("bob", None, &[("wx1", Role::Developer)]).await;
    publish(&mut owner, "https://a.com").await;
    let link = "/apps/wx1/propose?interface=request&url=https%3A%2F%2Fapi.b.com%2Fitems%3Fq%3D1";
    let fields = [("interface", "request"), ("url", "https://api.b.com/items?q=1")];

    let shown = bob.get(link).await;
    let proposed = bob.submit(link, "/apps/wx1/propose", &fields).await;
    let again = bob.submit(link, "/apps/wx1/propose", &fields).await;

    assert!(
        shown.body.contains("The call is refused") && shown.body.contains(">D1<"),
        "{}",
        shown.body
    );
    assert_eq!(proposed.location(), "/apps/wx1/draft");
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        draft_of(&served).await.unwrap().request,
        ["https://a.com", "https://api.b.com"]
    );
    let draft = owner.get("/apps/wx1/draft").await.body;
    let (_, list) = draft.split_once("Proposed from refused calls").unwrap();
    assert!(
        list.contains("https://api.b.com") && list.contains("bob"),
        "{list}"
    );
    // Who writes the draft anew doesn't make the proposal its own.
    save(&mut owner, "https://api.b.com\nhttps://c.com").await;
    assert!(
        owner
            .get("/apps/wx1/draft")
            .await
            .body
            .contains("Proposed from refused calls")
    );
}

async fn d2_a_proposal_opens_an_approved_draft_again_only_knowingly(database: &Database) {
    let (served, mut owner) = owned(database).await;
    let mut bob = served.signed_in("bob", None, &[("wx1", Role::Developer)]).await;
    let link = "/apps/wx1/propose?interface=request&url=https%3A%2F%2Fapi.b.com%2Fitems";
    let (draft, step) = ("/apps/wx1/draft", "/apps/wx1/draft/step");
    save(&mut owner, "https://a.com").await;
    let seen_open = bob.get(link).await;
    for name in ["submit", "approve"] {
        owner.submit(draft, step, &[("step", name)]).await;
    }
    let fields = [
        ("csrf", seen_open.field("csrf")),
        ("interface", "request"),
        ("url", "https://api.b.com/items"),
    ];

    let unseen = bob.post("/apps/wx1/propose", &fields).await;

    assert_eq!(unseen.status, StatusCode::CONFLICT);
    assert!(
        unseen.body.contains("opens it again") && unseen.body.contains("ann"),
        "{}",
        unseen.body
    );
    assert!(owner.get(draft).await.body.contains("value=\"publish\""));
    assert!(bob.get(link).await.body.contains("opens it again"));
    let proposed = bob.submit(link, "/apps/wx1/propose", &fields[1..]).await;
    assert_eq!(proposed.location(), draft, "{}", proposed.body);
    let opened = owner.get(draft).await.body;
    assert!(
        opened.contains("value=\"submit\"") && !opened.contains("approved by"),
        "{opened}"
    );
}

async fn d4_d6_what_can_never_be_listed_isnt_offered_to_be_proposed(database: &Database) {
    let (_served, mut owner) = owned(database).await;

    for url in [
        "https%3A%2F%2F1.2.3.4%2Fx",
        "https%3A%2F%2Fapi.weixin.qq.com%2Fcgi-bin%2Ftoken",
        "https%3A%2F%2Fapi.weixin.qq.com.%2F",
        "javascript%3Aalert(1)",
        "",
    ] {
        let shown = owner
            .get(&format!("/apps/wx1/propose?interface=request&url={url}"))
            .await;

        assert_eq!(shown.status, StatusCode::OK, "{url}");
        assert!(
            !shown.body.contains("action=\"/apps/wx1/propose\""),
            "{url}: {}",
            shown.body
        );
        assert!(shown.body.contains("What to do"), "{url}: {}", shown.body);
        assert!(shown.body.contains("can't be proposed"), "{url}");
    }
}

async fn a_database_that_fails_isnt_a_reason_against_a_proposal(database: &Database) {
    let (served, mut owner) = owned(database).await;
    import(&mut owner, &[("text", "https://a.com"), ("do", "save")]).await;
    let store = served.console.store();
    let draft = store.get(&"draft/wx1".parse().unwrap()).await.unwrap().unwrap();
    let unreadable = Change::new(entry()).replace(&draft, json!("unreadable"));
    store.commit(&unreadable, now()).await.unwrap();

    let shown = owner
        .get("/apps/wx1/propose?interface=request&url=https%3A%2F%2Fb.com%2F")
        .await;

    assert_eq!(shown.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!shown.body.contains("can't be proposed"), "{}", shown.body);
}

async fn d1_whoever_reads_only_cant_propose_or_import(database: &Database) {
    let (served, _owner) = owned(database).await;
    let mut auditor = served.signed_in("eve", None, &[("wx1", Role::Auditor)]).await;
    let link = "/apps/wx1/propose?interface=request&url=https%3A%2F%2Fb.com%2F";

    let shown = auditor.get(link).await;
    let fields = [("interface", "request"), ("url", "https://b.com/")];
    let proposed = auditor.submit(link, "/apps/wx1/propose", &fields).await;
    let imported = import(&mut auditor, &[("text", "https://b.com"), ("do", "save")]).await;

    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.body.contains("action=\"/apps/wx1/propose\""));
    assert_eq!(
        (proposed.status, imported.status),
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
    assert!(draft_of(&served).await.is_none());
}

async fn neither_lists_nor_verdicts_cross_from_app_to_app(database: &Database) {
    let (served, mut owner) = owned(database).await;
    publish(&mut owner, "https://inner.com").await;
    served.app("wx2").await;
    let mut other = served.signed_in("mallory", None, &[("wx2", Role::Owner)]).await;

    for path in [
        "/apps/wx1/import",
        "/apps/wx1/export?of=effective&format=csv",
        "/apps/wx1/propose?interface=request&url=https%3A%2F%2Finner.com",
        "/what-if?app=wx1&interface=request&url=https%3A%2F%2Finner.com",
    ] {
        let answer = other.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            !answer.body.contains("Shop") && !answer.body.contains("The call"),
            "{path}"
        );
    }
    let fields = [("interface", "request"), ("url", "https://b.com/")];
    let proposed = other.submit("/apps/wx2", "/apps/wx1/propose", &fields).await;

    assert_eq!(proposed.status, StatusCode::NOT_FOUND);
    assert!(draft_of(&served).await.is_none());
}

async fn owned(database: &Database) -> (Served, Browser) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let owner = served.signed_in("ann", None, &[("wx1", Role::Owner)]).await;
    (served, owner)
}

async fn draft_of(served: &Served) -> Option<WrittenLists> {
    let id = "wx1".parse().unwrap();
    let root = Caller::local("root");
    root.allow(Right::Read, Some(&id), now()).unwrap();
    let draft = served.console.domains(&id).draft().await.unwrap();
    draft.map(|draft| draft.lists)
}

async fn save(browser: &mut Browser, request: &str) {
    let fields = [("request", request), ("do", "save")];
    let saved = browser
        .submit("/apps/wx1/draft", "/apps/wx1/draft", &fields)
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
}

async fn publish(browser: &mut Browser, request: &str) {
    save(browser, request).await;
    for step in ["submit", "approve", "publish"] {
        let fields = [("step", step)];
        let done = browser
            .submit("/apps/wx1/draft", "/apps/wx1/draft/step", &fields)
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}: {}", done.body);
    }
}

async fn discard(browser: &mut Browser) {
    let fields = [("step", "discard")];
    browser
        .submit("/apps/wx1/draft", "/apps/wx1/draft/step", &fields)
        .await;
}

async fn import(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    browser
        .submit_parts("/apps/wx1", "/apps/wx1/import", fields)
        .await
}
