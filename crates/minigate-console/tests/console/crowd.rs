//! Many writers that somebody else's transaction holds up.

use std::future::poll_fn;
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::future::join_all;
use minigate_console::store::{Change, Entry, Query};
use serde_json::json;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::database::{Database, on_both};
use crate::people::{home, person, seconds, sessions};
use crate::store::{entry, key, now};

on_both! {
    a_reader_waits_for_no_writer
    a_writer_that_gives_up_holds_up_no_other
    somebody_who_is_signed_in_waits_for_no_writer
}

async fn a_reader_waits_for_no_writer(database: &Database) {
    let store = database.open().await;
    let first = Change::new(entry()).create(&key("a"), json!(1));
    let first = store.commit(&first, now()).await.unwrap();
    let held = Held::on(database).await;
    let changes: Vec<_> = (0..WRITERS).map(change).collect();
    let mut writers = join_all(changes.iter().map(|change| store.commit(change, now())));
    begin(&mut writers).await;

    let record = store.get(&key("a")).await.unwrap();
    let log = store.log(&Query::default()).await.unwrap();

    assert_eq!(record.unwrap().body, json!(1));
    assert_eq!(log.len(), 1);
    held.let_go().await;
    let mut written: Vec<_> = writers.await.into_iter().map(Result::unwrap).collect();
    written.sort_unstable();
    written.dedup();
    assert_eq!(written.len(), WRITERS);
    assert!(written[0] > first, "{written:?}");
}

async fn a_writer_that_gives_up_holds_up_no_other(database: &Database) {
    let store = database.open().await;
    let held = Held::on(database).await;
    let changes: Vec<_> = (0..WRITERS).map(change).collect();
    let mut impatient = join_all(changes.iter().map(|change| store.commit(change, now())));
    begin(&mut impatient).await;
    let patient_change = Change::new(Entry::new("alice", "wait"));
    let patient = store.commit(&patient_change, now());
    let mut patient = join_all([patient]);
    begin(&mut patient).await;

    drop(impatient);
    held.let_go().await;
    let written = patient.await.remove(0).unwrap();

    let log = store.log(&Query::default()).await.unwrap();
    assert_eq!((log.len(), log[0].sequence), (1, written));
    assert_eq!(log[0].entry.action, "wait");
}

async fn somebody_who_is_signed_in_waits_for_no_writer(database: &Database) {
    let store = database.open().await;
    let begun = person(&store, "ada", None).await;
    let held = Held::on(database).await;

    let found = sessions(&store).find(&begun.secret, home(), seconds(100)).await;

    assert!(found.unwrap().is_some());
    held.let_go().await;
}

/// Lets each of them come as far as it does at once.
async fn begin<T>(work: &mut (impl Future<Output = T> + Unpin)) {
    poll_fn(|context| {
        assert!(work.poll_unpin(context).is_pending(), "somebody holds them up");
        Poll::Ready(())
    })
    .await;
}

fn change(number: usize) -> Change {
    Change::new(entry()).create(&key(&format!("b/{number}")), json!(number))
}

/// A transaction of somebody else, which no commit gets past.
enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Held {
    async fn on(database: &Database) -> Self {
        let url = database.url();
        match database {
            Database::Sqlite(_) => {
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                let begin = sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection);
                begin.await.unwrap();
                Self::Sqlite(connection)
            }
            Database::Postgres(_) => {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                let begin = sqlx::raw_sql("BEGIN; LOCK TABLE audit IN EXCLUSIVE MODE");
                begin.execute(&mut connection).await.unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn let_go(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}

/// More than a store has connections.
const WRITERS: usize = 40;
