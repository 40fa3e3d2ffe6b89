//! What has ended and nobody asks for.

use minigate_console::store::Key;
use serde_json::json;

use crate::database::{Database, on_both};
use crate::people::seconds;
use crate::served::Served;
use crate::store::now;

on_both! {
    what_has_ended_is_dropped_by_several_at_once_and_nothing_else
}

async fn what_has_ended_is_dropped_by_several_at_once_and_nothing_else(database: &Database) {
    let (one, other) = (Served::on(database).await, Served::on(database).await);
    let (ended, lasting): (Key, Key) = (
        "session/ended".parse().unwrap(),
        "session/lasting".parse().unwrap(),
    );
    let store = one.console.store();
    store.keep(&ended, &json!(1), now()).await.unwrap();
    store.keep(&lasting, &json!(2), seconds(1)).await.unwrap();

    let gone = async {
        // As it was seen before it ended: what is still there would be found.
        while store.kept(&ended, seconds(-1)).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = gone => {}
        never = one.console.tidy() => match never {},
        never = other.console.tidy() => match never {},
    }

    assert_eq!(store.kept(&lasting, now()).await.unwrap(), Some(json!(2)));
}
