//! What would become of a call.

use jiff::SignedDuration;
use minigate_console::block;
use minigate_console::domains::{Domains, DomainsError};
use minigate_console::grant::{self, Unreleased};
use minigate_console::what_if::{Check, Lists, Question, what_if};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Domain, Interface, Platform, Release, Rule};

use crate::database::{Database, on_both};
use crate::domains::{app, by, lists, publish};
use crate::store::now;

on_both! {
    d1_a_call_is_judged_by_the_effective_lists_or_by_the_draft
    d2_what_is_blocked_cant_be_called_with_a_grant_either
    s2_only_a_grant_lets_a_release_skip_the_check
}

async fn d1_a_call_is_judged_by_the_effective_lists_or_by_the_draft(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    let drafted = Question {
        lists: Lists::Draft,
        ..question("https://new.example.com/x")
    };
    let effective = question("https://new.example.com/x");
    let ask = async |question: &Question, lang| what_if(&*store, &id, question, lang, now()).await;
    assert!(matches!(
        ask(&drafted, Lang::En).await,
        Err(DomainsError::NoDraft)
    ));
    assert!(!ask(&effective, Lang::En).await.unwrap().is_allowed);
    publish(&domains, &["https://old.example.com"]).await;
    domains
        .write(lists(&["https://new.example.com"]), &by("alice"))
        .await
        .unwrap();

    let refused = ask(&effective, Lang::Zh).await.unwrap();
    let allowed = ask(&drafted, Lang::En).await.unwrap();

    assert_eq!((refused.is_allowed, refused.told.rule), (false, Some(Rule::D1)));
    assert!(refused.told.headline.contains("版本 1"), "{:?}", refused.told);
    assert!(!refused.told.remedies.is_empty() && !refused.verdict.nearest.is_empty());
    assert!(allowed.is_allowed && allowed.told.rule.is_none());
    let json = serde_json::to_value(&allowed).unwrap();
    assert_eq!(json["verdict"]["list"]["version"], "draft");
}

async fn d2_what_is_blocked_cant_be_called_with_a_grant_either(database: &Database) {
    let (store, id) = app(database, false).await;
    publish(&Domains::of(&*store, &id), &["https://api.evil.com"]).await;
    let evil = Domain::parse("evil.com").unwrap();
    block::add(&*store, &evil, "phishing", None, &by("root"))
        .await
        .unwrap();

    let end = now() + SignedDuration::from_hours(1);
    grant::give(
        &*store,
        &id,
        &[Unreleased::Trial],
        end,
        "new server",
        &by("owner"),
    )
    .await
    .unwrap();
    let skipping = Question {
        release: Release::Trial,
        check: Check::Skipped,
        ..question("https://api.evil.com/")
    };
    for asked in [question("https://api.evil.com/"), skipping] {
        let answer = what_if(&*store, &id, &asked, Lang::En, now()).await.unwrap();

        assert!(!answer.is_allowed);
        assert_eq!(answer.told.rule, Some(Rule::D2));
        assert_eq!(answer.blocked.unwrap().reason, "phishing");
    }
}

async fn s2_only_a_grant_lets_a_release_skip_the_check(database: &Database) {
    let (store, id) = app(database, false).await;
    let ask = async |release| {
        let question = Question {
            release,
            check: Check::Skipped,
            ..question("https://new.example.com/")
        };
        let answer = what_if(&*store, &id, &question, Lang::En, now()).await;
        answer.unwrap().is_allowed
    };
    let trial = Release::Trial;
    assert!(!ask(trial).await);
    let end = now() + SignedDuration::from_hours(1);
    grant::give(
        &*store,
        &id,
        &[Unreleased::Trial],
        end,
        "new server",
        &by("owner"),
    )
    .await
    .unwrap();

    assert!(ask(trial).await);
    assert!(!ask(Release::Develop).await);
    assert!(!ask("7".parse().unwrap()).await);
}

fn question(url: &str) -> Question {
    Question {
        interface: Interface::Request,
        url: url.to_owned(),
        release: "7".parse().unwrap(),
        platform: Platform::Android,
        era: None,
        lists: Lists::Effective,
        check: Check::Made,
    }
}
