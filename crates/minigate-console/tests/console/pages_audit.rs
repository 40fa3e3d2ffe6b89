//! The page of the audit log.

use minigate_console::access::Role;

use crate::database::{Database, on_both};
use crate::served::{Browser, Served};

on_both! {
    each_row_names_whom_or_what_it_concerns
}

async fn each_row_names_whom_or_what_it_concerns(database: &Database) {
    let served = Served::on(database).await;
    served.app("wx1").await;
    let mut root = served.signed_in("root", Some(Role::PlatformOperator), &[]).await;
    served.signed_in("ann", None, &[("wx1", Role::Auditor)]).await;

    let developer = [("name", "ann"), ("role", "developer")];
    change(&mut root, "/apps/wx1/members", &developer).await;
    change(&mut root, "/apps/wx1/members", &[("name", "ann"), ("role", "")]).await;
    for fields in [
        &[("do", "role"), ("role", "auditor")][..],
        &[("do", "rename"), ("display_name", "Ann Lee")],
        &[("do", "end-sessions")],
        &[("do", "disable")],
        &[("do", "enable")],
    ] {
        change(&mut root, "/accounts/ann", fields).await;
    }
    change(&mut root, "/blocks", &[("domain", "bad.com"), ("reason", "no")]).await;
    change(&mut root, "/settings/keys", &[("do", "announce")]).await;

    let log = root.get("/audit").await.body;
    for (action, subject) in [
        ("gave a role in the app", "ann"),
        ("removed a member", "ann"),
        ("changed a platform role", "ann"),
        ("renamed an account", "ann"),
        ("ended all sessions", "ann"),
        ("disabled an account", "ann"),
        ("enabled an account", "ann"),
        ("blocked a domain", "bad.com"),
    ] {
        let row = format!("<strong>{action}</strong> <code><bdi>{subject}</bdi></code>");
        assert!(log.contains(&row), "{action}: {log}");
    }
    let of_keys = log.split("<strong>announced a signing key</strong>").nth(1);
    let of_keys = of_keys.and_then(|rest| rest.split("</tr>").next()).unwrap();
    let key = of_keys
        .split("<bdi>")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let stage = format!("[{}].stage </span><bdi>announced</bdi>", key.unwrap());
    assert!(of_keys.contains(&stage), "{of_keys}");
}

async fn change(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) {
    let page = path.strip_suffix("/keys").unwrap_or(path);
    let done = browser.submit(page, path, fields).await;
    assert!(
        done.status.is_success() || done.status.is_redirection(),
        "{path} {fields:?}: {}",
        done.body
    );
}
