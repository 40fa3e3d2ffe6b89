//! A session that somebody else knows.

use hyper::StatusCode;
use hyper::header::SET_COOKIE;
use minigate_console::access::Caller;
use minigate_console::account::Accounts;

use super::Ground;
use crate::database::{Database, on_both};
use crate::served::PASSWORD;
use crate::store::now;

on_both! {
    a_planted_cookie_isnt_that_of_who_was_invited
    a_planted_cookie_isnt_taken_over
    who_signs_in_again_leaves_no_session_behind
    a_session_changes_with_the_password_and_the_old_one_ends
    nothing_is_shown_after_signing_out
}

async fn a_planted_cookie_isnt_taken_over(database: &Database) {
    let ground = Ground::on(database).await;
    let mut victim = ground.served.browser();
    victim.cookies.insert("session".to_owned(), "planted".to_owned());

    let fields = [("name", "ann"), ("password", PASSWORD)];
    let answer = victim.post("/sign-in", &fields).await;
    let first = victim.cookies["session"].clone();
    victim.post("/sign-in", &fields).await;
    let second = victim.cookies["session"].clone();

    assert!(first.len() >= 43 && first != "planted" && first != second);
    let cookies = answer.headers.get_all(SET_COOKIE).iter();
    for cookie in cookies.map(|cookie| cookie.to_str().unwrap()) {
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        assert!(
            cookie.contains("Path=/") && !cookie.contains("Domain"),
            "{cookie}"
        );
    }
    let mut attacker = ground.served.browser();
    attacker
        .cookies
        .insert("session".to_owned(), "planted".to_owned());
    assert_eq!(attacker.get("/").await.status, StatusCode::SEE_OTHER);
}

async fn who_signs_in_again_leaves_no_session_behind(database: &Database) {
    let mut ground = Ground::on(database).await;
    let mut thief = ground.served.browser();
    thief.cookies.clone_from(&ground.owner.cookies);
    assert_eq!(thief.get("/me").await.status, StatusCode::OK);

    let fields = [("name", "ann"), ("password", PASSWORD)];
    let answer = ground.owner.post("/sign-in", &fields).await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(ground.owner.get("/me").await.status, StatusCode::OK);
    assert_eq!(thief.get("/me").await.status, StatusCode::SEE_OTHER);
}

async fn a_planted_cookie_isnt_that_of_who_was_invited(database: &Database) {
    let ground = Ground::on(database).await;
    let root = Caller::local("root");
    let accounts = Accounts::of(ground.served.console.store(), &root, now());
    let invitation = accounts.invite(&"ann".parse().unwrap()).await.unwrap();
    let mut attacker = ground.served.browser();
    attacker
        .cookies
        .insert("session".to_owned(), "planted".to_owned());
    let mut victim = ground.served.browser();
    victim.cookies.clone_from(&attacker.cookies);

    let path = format!("/invited/{}", invitation.secret.reveal());
    let fields = [
        ("password", "seven hungry penguins"),
        ("again", "seven hungry penguins"),
    ];
    let answer = victim.post(&path, &fields).await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_ne!(victim.cookies["session"], "planted");
    assert_eq!(victim.get("/apps/wx1").await.status, StatusCode::OK);
    assert_eq!(attacker.get("/apps/wx1").await.status, StatusCode::SEE_OTHER);
    assert_eq!(attacker.post(&path, &fields).await.status, StatusCode::NOT_FOUND);
}

async fn a_session_changes_with_the_password_and_the_old_one_ends(database: &Database) {
    let mut ground = Ground::on(database).await;
    let mut thief = ground.served.browser();
    thief.cookies.clone_from(&ground.owner.cookies);
    let old = ground.owner.cookies["session"].clone();

    let fields = [
        ("old", PASSWORD),
        ("password", "seven hungry penguins"),
        ("again", "seven hungry penguins"),
    ];
    let changed = ground.owner.submit("/me/password", "/me/password", &fields).await;

    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    assert_ne!(ground.owner.cookies["session"], old);
    assert_eq!(thief.get("/apps/wx1").await.status, StatusCode::SEE_OTHER);
    assert_eq!(ground.owner.get("/apps/wx1").await.status, StatusCode::OK);
}

async fn nothing_is_shown_after_signing_out(database: &Database) {
    let mut ground = Ground::on(database).await;
    let mut thief = ground.served.browser();
    thief.cookies.clone_from(&ground.owner.cookies);

    ground.owner.submit("/me/password", "/sign-out", &[]).await;

    assert!(!ground.owner.cookies.contains_key("session"));
    assert_eq!(thief.get("/apps/wx1").await.status, StatusCode::SEE_OTHER);
}
