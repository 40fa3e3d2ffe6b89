//! Refused calls that become changes.

use std::sync::Arc;

use minigate_console::domains::{Domains, DomainsError, Expected, State};
use minigate_console::store::Query;
use minigate_policy::Interface;

use crate::database::{Database, on_both};
use crate::domains::{app, by, lists, publish};

on_both! {
    d1_a_refused_call_becomes_an_entry_of_the_draft
    d2_a_proposal_opens_a_draft_again_that_was_looked_at
    d1_proposals_that_come_at_once_all_end_up_in_the_draft
    d3_d4_d6_what_breaks_a_rule_cant_be_proposed
    d2_who_proposes_an_entry_cant_be_the_second_person
}

async fn d1_a_refused_call_becomes_an_entry_of_the_draft(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    publish(&domains, &["https://a.example.com"]).await;

    let (request, socket) = (Interface::Request, Interface::ConnectSocket);
    domains
        .propose(request, "https://API.example.com:8443/x?y#z", &by("runtime"))
        .await
        .unwrap();
    let draft = domains
        .propose(socket, "wss://s.example.com:9443/chat", &by("runtime"))
        .await
        .unwrap();
    let again = domains
        .propose(request, "https://api.example.com:8443/other", &by("runtime"))
        .await
        .unwrap_err();
    let effective = domains
        .propose(request, "https://a.example.com/", &by("runtime"))
        .await
        .unwrap_err();

    let all = ["https://a.example.com", "https://api.example.com:8443"];
    assert_eq!(draft.lists.request, all);
    assert_eq!(draft.lists.connect_socket, ["wss://s.example.com"]);
    assert!(matches!(again, DomainsError::InDraft(_)), "{again}");
    assert!(matches!(effective, DomainsError::NothingChanges), "{effective}");
    let log = store.log(&Query::default()).await.unwrap();
    assert_eq!(log[0].entry.action, "domains.propose");
    domains.submit(&by("alice")).await.unwrap();
    let late = domains.propose(request, "https://late.com/", &by("bob")).await;
    assert!(matches!(
        late,
        Err(DomainsError::State {
            found: State::Submitted,
            ..
        })
    ));
}

async fn d2_a_proposal_opens_a_draft_again_that_was_looked_at(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://a.com"]), &by("alice"))
        .await
        .unwrap();
    domains.submit(&by("alice")).await.unwrap();
    let (submitted, _) = domains.draft_at().await.unwrap();
    domains.approve(&by("carol")).await.unwrap();
    let (approved, _) = domains.draft_at().await.unwrap();
    let propose = async |revision| {
        let looked_at = domains.expecting(Expected::At(revision));
        looked_at
            .propose(Interface::Request, "https://b.com/", &by("bob"))
            .await
    };

    let stale = propose(submitted).await;
    let draft = propose(approved).await.unwrap();

    assert!(matches!(stale, Err(DomainsError::Moved)), "{stale:?}");
    assert_eq!((draft.state, draft.approvals.len()), (State::Open, 0));
    assert_eq!(draft.lists.request, ["https://a.com", "https://b.com"]);
}

async fn d1_proposals_that_come_at_once_all_end_up_in_the_draft(database: &Database) {
    let (store, id) = app(database, false).await;
    let proposers = (0..6).map(|number| {
        let (store, id) = (Arc::clone(&store), id.clone());
        tokio::spawn(async move {
            let url = format!("https://h{number}.example.com/x");
            let who = by(&format!("p{number}"));
            Domains::of(&*store, &id)
                .propose(Interface::Request, &url, &who)
                .await
                .unwrap()
        })
    });

    for proposer in proposers.collect::<Vec<_>>() {
        proposer.await.unwrap();
    }

    let draft = Domains::of(&*store, &id).draft().await.unwrap().unwrap();
    assert_eq!((draft.lists.request.len(), draft.proposed.len()), (6, 6));
}

async fn d3_d4_d6_what_breaks_a_rule_cant_be_proposed(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);

    for url in [
        "http://a.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://api.weixin.qq.com/",
    ] {
        let refused = domains.propose(Interface::Request, url, &by("bob")).await;
        assert!(matches!(refused, Err(DomainsError::Lists(_))), "{url}");
    }
    let none = domains.propose(Interface::Request, "/x", &by("bob")).await;
    assert!(matches!(none, Err(DomainsError::Url(_))));
    assert_eq!(domains.draft().await.unwrap(), None);
}

async fn d2_who_proposes_an_entry_cant_be_the_second_person(database: &Database) {
    let (store, id) = app(database, true).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://a.com"]), &by("alice"))
        .await
        .unwrap();
    domains
        .propose(Interface::Request, "https://b.com/", &by("bob"))
        .await
        .unwrap();
    domains.submit(&by("alice")).await.unwrap();

    for author in ["alice", "bob"] {
        let own = domains.approve(&by(author)).await;
        assert!(matches!(own, Err(DomainsError::OwnDraft)), "{author}");
    }
    domains.approve(&by("carol")).await.unwrap();
}
