//! The rules of lists, with the codes in which the platform tells them.

use std::sync::Arc;

use async_trait::async_trait;
use minigate_console::block;
use minigate_console::filing::{self, Filing, FilingRegister, FilingUnknown, Register};
use minigate_console::store::Import;
use minigate_policy::Domain;
use serde_json::json;

use super::{Server, by};
use crate::database::{Database, on_both};
use crate::served::Served;

on_both! {
    d2_what_is_blocked_is_refused_and_can_be_deleted
    d3_a_wrong_scheme_comes_back_with_the_right_one_before_it
    d5_what_has_no_filing_is_left_out_and_named
    d5_while_nobody_can_tell_of_a_filing_nothing_is_taken_from_a_list
    d6_what_cant_be_configured_has_the_codes_of_each_way
    d7_the_quotas_of_lists_and_months_hold
}

/// A register that knows one domain, and is away for all others.
#[derive(Debug)]
struct KnowsOne;

#[async_trait]
impl FilingRegister for KnowsOne {
    async fn licence(&self, registrable: &Domain) -> Filing {
        if registrable.as_str() == "known.cn" {
            let licence = String::new();
            Filing::Filed { licence }
        } else {
            let why = FilingUnknown::NotAsked;
            Filing::Unknown { why }
        }
    }
}

async fn d2_what_is_blocked_is_refused_and_can_be_deleted(database: &Database) {
    let mut server = Server::on(database).await;
    server
        .modify("add", &["https://bad.com", "https://good.com"])
        .await;
    let domain = Domain::parse("bad.com").unwrap();
    block::add(server.store(), &domain, "fraud", None, &by())
        .await
        .unwrap();

    let added = server.modify("add", &["https://api.bad.com"]).await;
    let effective = server.post("/wxa/get_effective_domain", json!({})).await;
    let deleted = server.modify("delete", &["https://bad.com"]).await;

    assert_eq!(added["errcode"], 85_301, "{added}");
    assert_eq!(
        effective["effective_domain"]["requestdomain"],
        json!(["https://good.com"])
    );
    assert_eq!(deleted["requestdomain"], json!(["https://good.com"]));
}

async fn d3_a_wrong_scheme_comes_back_with_the_right_one_before_it(database: &Database) {
    let mut server = Server::on(database).await;
    let body = json!({
        "action": "add",
        "requestdomain": ["https://a.com", "https://a.com/path", "10.0.0.1", "b.com"],
        "wsrequestdomain": ["https://c.x.com"],
        "udpdomain": ["udp://a.com"],
        "tcpdomain": ["a.com"],
    });

    let mixed = server.post("/wxa/modify_domain", body).await;
    let wrong = json!({ "action": "add", "wsrequestdomain": ["https://c.x.com"] });
    let pool = server.post("/wxa/modify_domain", wrong.clone()).await;
    let directly = server.post("/wxa/modify_domain_directly", wrong).await;

    assert_eq!(mixed["errcode"], 0, "{mixed}");
    assert_eq!(mixed["requestdomain"], json!(["https://a.com", "https://b.com"]));
    assert_eq!(
        mixed["invalid_requestdomain"],
        json!(["https://a.com/path", "https://10.0.0.1"])
    );
    assert_eq!(mixed["invalid_wsrequestdomain"], json!(["wss://https://c.x.com"]));
    assert_eq!(
        (&mixed["invalid_udpdomain"], &mixed["udpdomain"]),
        (&json!(["udp://a.com"]), &json!([]))
    );
    assert_eq!(mixed["invalid_tcpdomain"], json!(["tcp://a.com"]));
    assert_eq!(pool["errcode"], 85_301);
    assert_eq!(pool["invalid_wsrequestdomain"], json!(["wss://https://c.x.com"]));
    assert_eq!(directly["errcode"], 86_100);
}

async fn d5_what_has_no_filing_is_left_out_and_named(database: &Database) {
    let mut server = Server::on(database).await;
    let register = Register::from_csv("domain,licence\nfiled.cn,京ICP备1号\n").unwrap();
    filing::import(server.store(), register, Import::Replace, &by())
        .await
        .unwrap();

    let only = server.modify("add", &["https://api.unfiled.cn"]).await;
    let both = server
        .modify("add", &["https://api.unfiled.cn", "https://10.0.0.1"])
        .await;
    let body = json!({ "action": "add", "requestdomain": ["https://api.unfiled.cn"] });
    let directly = server.post("/wxa/modify_domain_directly", body).await;
    let mixed = server
        .modify("add", &["https://api.unfiled.cn", "https://api.filed.cn"])
        .await;

    assert_eq!(only["errcode"], 85_302, "{only}");
    assert_eq!(both["errcode"], 85_303);
    assert_eq!(directly["errcode"], 45_082);
    assert_eq!(
        (&mixed["errcode"], &mixed["requestdomain"]),
        (&json!(0), &json!(["https://api.filed.cn"]))
    );
    assert_eq!(mixed["no_icp_domain"], json!(["https://api.unfiled.cn"]));
}

async fn d5_while_nobody_can_tell_of_a_filing_nothing_is_taken_from_a_list(database: &Database) {
    let register: Arc<dyn FilingRegister> = Arc::new(KnowsOne);
    let store = database.open().await;
    let served = Served::set_up(store, None, |settings| settings.register = Some(register)).await;
    let mut server = Server::of(served).await;
    server.modify("set", &["https://api.known.cn"]).await;

    let set = server
        .modify("set", &["https://static.known.cn", "https://api.away.cn"])
        .await;

    assert_eq!(set["errcode"], -1, "{set}");
    assert_eq!(server.effective().await.request, ["https://api.known.cn"]);
}

async fn d6_what_cant_be_configured_has_the_codes_of_each_way(database: &Database) {
    let mut server = Server::on(database).await;
    let body = json!({ "action": "add", "requestdomain": ["https://api.weixin.qq.com"] });

    let pool = server.post("/wxa/modify_domain", body.clone()).await;
    let directly = server.post("/wxa/modify_domain_directly", body).await;

    assert_eq!(
        (&pool["errcode"], &directly["errcode"]),
        (&json!(85_301), &json!(86_101))
    );
    assert!(server.effective().await.request.is_empty());
}

async fn d7_the_quotas_of_lists_and_months_hold(database: &Database) {
    let mut server = Server::on(database).await;
    let many: Vec<_> = (0..201).map(|number| format!("https://a{number}.com")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();

    let too_many = server.modify("add", &many).await;
    for number in 0..50 {
        let entry = format!("https://b{number}.com");
        assert_eq!(server.modify("add", &[&entry]).await["errcode"], 0);
    }
    let used_up = server.modify("add", &["https://c.com"]).await;

    assert_eq!(too_many["errcode"], 85_016, "{too_many}");
    assert_eq!(used_up["errcode"], 86_102);
    assert_eq!(server.effective().await.request.len(), 50);
}
