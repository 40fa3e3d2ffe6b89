//! The platform's block list.

use jiff::SignedDuration;
use minigate_console::block::{self, BlockError, Blocks};
use minigate_console::domains::{Domains, DomainsError};
use minigate_console::store::StoreError;
use minigate_policy::Domain;
use minigate_policy::diagnosis::Lang;

use crate::database::{Database, on_both};
use crate::domains::{app, approve, by, by_at, lists, publish};
use crate::store::now;

on_both! {
    d2_a_blocked_domain_blocks_all_below_it
    d2_what_is_effective_and_blocked_keeps_an_app_from_no_other_change
    d2_a_blocked_entry_is_neither_written_nor_published
    d2_a_block_ends_by_itself_and_is_served_again
    d2_no_publication_slips_past_a_block_that_comes_meanwhile
    d2_a_block_needs_a_reason_and_an_end_to_come
}

async fn d2_a_blocked_domain_blocks_all_below_it(database: &Database) {
    let (store, _) = app(database, false).await;
    block::add(&*store, &domain("evil.com"), "phishing", None, &by("root"))
        .await
        .unwrap();

    let blocks = Blocks::load(&*store).await.unwrap();

    for blocked in ["evil.com", "a.evil.com", "a.b.evil.com"] {
        assert!(blocks.is_blocked(&domain(blocked), now()), "{blocked}");
    }
    for free in ["notevil.com", "evil.com.cn", "evil.org"] {
        assert!(!blocks.is_blocked(&domain(free), now()), "{free}");
    }
    let served = blocks.without(&lists(&["https://x.evil.com", "https://good.com"]), now());
    assert_eq!(served, lists(&["https://good.com"]));
    let found = blocks.find(&domain("x.evil.com"), now()).unwrap();
    assert!(found.tell(Lang::En).contains("phishing") && found.tell(Lang::Zh).contains("phishing"));
}

async fn d2_what_is_effective_and_blocked_keeps_an_app_from_no_other_change(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    publish(&domains, &["https://api.evil.com"]).await;
    block::add(&*store, &domain("evil.com"), "phishing", None, &by("root"))
        .await
        .unwrap();

    publish(&domains, &["https://api.evil.com", "https://api.example.com"]).await;
    let more = lists(&["https://api.evil.com", "https://more.evil.com"]);
    let refused = domains.write(more, &by("alice")).await.unwrap_err();

    assert!(
        matches!(&refused, DomainsError::Blocked(entries) if entries.len() == 1 && entries[0].entry == "https://more.evil.com"),
        "{refused}"
    );
}

async fn d2_a_blocked_entry_is_neither_written_nor_published(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://api.evil.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&domains).await;
    block::add(&*store, &domain("evil.com"), "phishing", None, &by("root"))
        .await
        .unwrap();

    let published = domains.publish(&by("alice")).await.unwrap_err();
    let written = domains
        .write(lists(&["https://www.evil.com"]), &by("alice"))
        .await
        .unwrap_err();

    assert!(
        matches!(&published, DomainsError::Blocked(entries) if entries[0].entry == "https://api.evil.com"),
        "{published}"
    );
    assert!(matches!(written, DomainsError::Blocked(_)), "{written}");
    assert_eq!(domains.effective().await.unwrap(), None);
    let draft = domains.draft().await.unwrap().unwrap();
    assert_eq!(draft.lists, lists(&["https://api.evil.com"]));
    block::lift(&*store, &domain("evil.com"), &by("root"))
        .await
        .unwrap();
    domains.publish(&by("alice")).await.unwrap();
}

async fn d2_a_block_ends_by_itself_and_is_served_again(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    let end = now() + SignedDuration::from_hours(1);
    block::add(
        &*store,
        &domain("evil.com"),
        "for an hour",
        Some(end),
        &by("root"),
    )
    .await
    .unwrap();

    let evil = ["https://evil.com"];
    assert!(domains.write(lists(&evil), &by("alice")).await.is_err());
    domains.write(lists(&evil), &by_at("alice", end)).await.unwrap();

    let blocks = Blocks::load(&*store).await.unwrap();
    assert_eq!(blocks.without(&lists(&evil), now()), lists(&[]));
    assert_eq!(blocks.without(&lists(&evil), end), lists(&evil));
}

async fn d2_no_publication_slips_past_a_block_that_comes_meanwhile(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    publish(&domains, &["https://a.example.com"]).await;
    domains
        .write(lists(&["https://api.evil.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&domains).await;

    let (alice, root, evil) = (by("alice"), by("root"), domain("evil.com"));
    let (published, blocked) = tokio::join!(
        domains.publish(&alice),
        block::add(&*store, &evil, "phishing", None, &root)
    );

    let is_conflict = |error: &StoreError| matches!(error, StoreError::Conflict { .. });
    match (&published, &blocked) {
        // The publication was first, and was right when it was made.
        (Ok(version), Ok(_)) => {
            let log = store
                .log(&minigate_console::store::Query::default())
                .await
                .unwrap();
            let place = |action: &str| log.iter().position(|row| row.entry.action == action).unwrap();
            assert!(place("domains.publish") > place("block.add"), "{version:?}");
        }
        (Err(DomainsError::Blocked(_)), Ok(_)) => {}
        (Err(DomainsError::Store(error)), Ok(_)) => assert!(is_conflict(error), "{error}"),
        other => panic!("{other:?}"),
    }
}

async fn d2_a_block_needs_a_reason_and_an_end_to_come(database: &Database) {
    let (store, _) = app(database, false).await;
    let evil = domain("evil.com");

    let nameless = block::add(&*store, &evil, "  ", None, &by("root")).await;
    let over = block::add(&*store, &evil, "late", Some(now()), &by("root")).await;
    let unknown = block::lift(&*store, &evil, &by("root")).await;

    assert!(matches!(nameless, Err(BlockError::Reason)));
    assert!(matches!(over, Err(BlockError::Over { .. })));
    assert!(matches!(unknown, Err(BlockError::Unknown { .. })));
    assert_eq!(block::blocks(&*store).await.unwrap(), []);
}

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}
