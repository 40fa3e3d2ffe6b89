//! Changes that wait for a person, since the app wants that.

use minigate_console::access::{Caller, Right};
use minigate_console::domains::{Domains, DomainsError};
use minigate_policy::WrittenLists;
use serde_json::json;

use super::{Server, by};
use crate::database::{Database, on_both};
use crate::store::now;

on_both! {
    with_two_people_a_change_waits_for_one_of_them
    what_goes_back_to_what_is_effective_needs_nobody
    somebody_elses_draft_is_in_the_way_of_a_change_that_waits
}

async fn with_two_people_a_change_waits_for_one_of_them(database: &Database) {
    let mut server = Server::on(database).await;
    server.want_two().await;

    let first = server.modify("add", &["https://a.com"]).await;
    let second = server.modify("add", &["https://b.com"]).await;
    let waiting = server.post("/wxa/get_effective_domain", json!({})).await;
    let before = server.effective().await;
    let domains = Domains::of(server.store(), &server.app);
    // Who made the AppSecret is an author of what is written with it.
    let maker = domains.approve(&by()).await;
    let bob = Caller::local("bob").allow(Right::Operate, None, now()).unwrap();
    domains.approve(&bob).await.unwrap();
    domains.publish(&by()).await.unwrap();

    assert!(matches!(maker, Err(DomainsError::OwnDraft)));
    assert_eq!((&first["errcode"], &second["errcode"]), (&json!(0), &json!(0)));
    assert_eq!(second["requestdomain"], json!(["https://a.com", "https://b.com"]));
    assert!(before.request.is_empty());
    assert_eq!(waiting["direct_domain"]["requestdomain"], second["requestdomain"]);
    assert_eq!(waiting["effective_domain"]["requestdomain"], json!([]));
    assert_eq!(
        server.effective().await.request,
        ["https://a.com", "https://b.com"]
    );
}

async fn what_goes_back_to_what_is_effective_needs_nobody(database: &Database) {
    let mut server = Server::on(database).await;
    server.want_two().await;

    server.modify("add", &["https://c.com"]).await;
    server.modify("delete", &["https://c.com"]).await;

    let draft = Domains::of(server.store(), &server.app).draft().await.unwrap();
    assert_eq!(draft, None);
}

async fn somebody_elses_draft_is_in_the_way_of_a_change_that_waits(database: &Database) {
    let mut server = Server::on(database).await;
    let lists = WrittenLists {
        request: vec!["https://hers.com".to_owned()],
        ..WrittenLists::default()
    };
    let domains = Domains::of(server.store(), &server.app);
    domains.write(lists.clone(), &by()).await.unwrap();
    server.let_publish(false).await;

    let waits = server.modify("add", &["https://a.com"]).await;
    server.let_publish(true).await;
    let at_once = server.modify("add", &["https://a.com"]).await;

    assert_eq!(waits["errcode"], -1, "{waits}");
    assert_eq!(at_once["errcode"], 0);
    let draft = Domains::of(server.store(), &server.app).draft().await.unwrap();
    assert_eq!(draft.unwrap().lists, lists);
    assert_eq!(server.effective().await.request, ["https://a.com"]);
}
