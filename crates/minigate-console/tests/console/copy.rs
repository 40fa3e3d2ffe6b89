//! Backups, and moves from one database to another.

use minigate_console::store::copy::{self, CopyError, Table};
use minigate_console::store::{Change, Entry, FilingRows, Import, Key, Query, Store};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::database::{Database, on_both};
use crate::store::now;

on_both! {
    a_backup_is_restored_with_all_there_was
    a_move_copies_everything_and_the_log_goes_on
    nothing_is_written_over_what_is_there
    a_backup_that_is_cut_or_changed_is_refused_whole
    what_a_console_uses_isnt_moved
    nothing_is_moved_onto_itself
    of_a_copy_that_fails_nothing_is_left
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// Three changes, of which the last record is deleted; a ticket, and filings.
async fn fill(store: &dyn Store) {
    let entry = || {
        Entry::new("ann", "app.create")
            .about("wx1")
            .after(json!({ "名": "店\u{0}" }))
    };
    let change = Change::new(entry()).create(&key("app/wx1"), json!({ "name": "店 \"'\\ 🦀" }));
    store.commit(&change, now()).await.unwrap();
    let change = Change::new(entry()).create(&key("app/Wx2"), json!({}));
    store.commit(&change, now()).await.unwrap();
    let record = store.get(&key("app/Wx2")).await.unwrap().unwrap();
    let filings = FilingRows {
        import: Import::Replace,
        rows: [("example.cn".to_owned(), "京ICP备1号".to_owned())].into(),
    };
    let change = Change::new(entry()).delete(&record).with_filings(filings);
    store.commit(&change, now()).await.unwrap();
    store
        .keep(&key("session/1"), &json!("x"), jiff::Timestamp::MAX)
        .await
        .unwrap();
}

async fn filled(database: &Database) -> Vec<minigate_console::store::Logged> {
    let store = database.open().await;
    fill(&*store).await;
    store.log(&Query::default()).await.unwrap()
}

async fn other(database: &Database) -> Database {
    match database {
        Database::Sqlite(_) => match Database::postgres().await {
            Some(postgres) => postgres,
            None => Database::sqlite(),
        },
        Database::Postgres(_) => Database::sqlite(),
    }
}

async fn a_backup_is_restored_with_all_there_was(database: &Database) {
    let log = filled(database).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let target = other(database).await;

    let saved = copy::back_up(&database.url(), &file, now()).await.unwrap();
    let restored = copy::restore(&file, &target.url()).await.unwrap();

    assert_eq!(saved, restored);
    assert_eq!(saved[&Table::Audit].count, 3);
    let store = target.open().await;
    assert_eq!(store.log(&Query::default()).await.unwrap(), log);
    assert_eq!(
        store.filing("example.cn").await.unwrap().as_deref(),
        Some("京ICP备1号")
    );
    let names: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
}

async fn a_move_copies_everything_and_the_log_goes_on(database: &Database) {
    let log = filled(database).await;
    let target = other(database).await;
    await_alone(database).await;

    copy::migrate(&database.url(), &target.url()).await.unwrap();

    let (old, new) = (database.open().await, target.open().await);
    let record = key("app/wx1");
    assert_eq!(new.get(&record).await.unwrap(), old.get(&record).await.unwrap());
    assert_eq!(
        new.kept(&key("session/1"), now()).await.unwrap(),
        Some(json!("x"))
    );
    assert_eq!(new.log(&Query::default()).await.unwrap(), log);
    let next = Change::new(Entry::new("bob", "app.create"));
    assert_eq!(new.commit(&next, now()).await.unwrap(), log[0].sequence + 1);
}

async fn nothing_is_written_over_what_is_there(database: &Database) {
    filled(database).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    copy::back_up(&database.url(), &file, now()).await.unwrap();

    let again = copy::back_up(&database.url(), &file, now()).await;
    let nowhere = folder.path().join("nowhere/backup");
    let unwritable = copy::back_up(&database.url(), &nowhere, now()).await;
    let restored = copy::restore(&file, &database.url()).await;

    assert!(matches!(again, Err(CopyError::Exists { .. })), "{again:?}");
    assert!(
        matches!(&unwritable, Err(CopyError::File { file, .. }) if *file == nowhere),
        "{unwritable:?}"
    );
    assert!(
        matches!(restored, Err(CopyError::NotEmpty { .. })),
        "{restored:?}"
    );
}

async fn a_backup_that_is_cut_or_changed_is_refused_whole(database: &Database) {
    filled(database).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    copy::back_up(&database.url(), &file, now()).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let target = other(database).await;
    let (cut, _) = text.trim_end().rsplit_once('\n').unwrap();
    let wrong = [
        cut.to_owned(),
        text.replace("京ICP备1号", "京ICP备2号"),
        text.replace("\"minigate_console_backup\":1", "\"minigate_console_backup\":9"),
        "{}".to_owned(),
        String::new(),
    ];

    for text in wrong {
        std::fs::write(&file, text).unwrap();
        let restored = copy::restore(&file, &target.url()).await;
        assert!(
            matches!(
                restored,
                Err(CopyError::NoBackup { .. } | CopyError::Damaged { .. })
            ),
            "{restored:?}"
        );
    }

    assert!(
        target
            .open()
            .await
            .log(&Query::default())
            .await
            .unwrap()
            .is_empty()
    );
    std::fs::write(&file, text).unwrap();
    copy::restore(&file, &other(database).await.url()).await.unwrap();
}

async fn what_a_console_uses_isnt_moved(database: &Database) {
    let store = database.open().await;
    fill(&*store).await;
    let target = other(database).await;

    let moved = copy::migrate(&database.url(), &target.url()).await;

    assert!(matches!(moved, Err(CopyError::InUse)), "{moved:?}");
    assert!(
        target
            .open()
            .await
            .log(&Query::default())
            .await
            .unwrap()
            .is_empty()
    );
}

async fn nothing_is_moved_onto_itself(database: &Database) {
    filled(database).await;
    await_alone(database).await;
    let url = database.url();
    // The same, said otherwise.
    let other = match database {
        Database::Sqlite(_) => url.replace("/console.db", "/./console.db"),
        Database::Postgres(_) => format!("{url}?application_name=other"),
    };

    let moved = copy::migrate(&url, &other).await;

    assert!(matches!(moved, Err(CopyError::Same)), "{moved:?}");
}

async fn of_a_copy_that_fails_nothing_is_left(database: &Database) {
    filled(database).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    copy::back_up(&database.url(), &file, now()).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("app/wx1", "app/wx7")).unwrap();
    let target = format!("sqlite:{}", folder.path().join("target.db").display());

    let damaged = copy::restore(&file, &target).await.unwrap_err();
    let missing = copy::restore(&folder.path().join("nowhere"), &target).await;

    assert_eq!(
        damaged.to_string(),
        format!(
            "{} is damaged in record (lines 2 to 2): a row isn't as it was written; use another backup",
            file.display()
        )
    );
    assert!(matches!(missing, Err(CopyError::File { .. })), "{missing:?}");
    let names: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_starts_while_it_is_moved_loses_nothing() {
    let (Some(source), Some(target)) = (Database::postgres().await, Database::postgres().await) else {
        return;
    };
    let store = source.open().await;
    // More than one side is ahead of the other.
    let rows = (0..9_000).map(|number| (format!("a{number}.com"), String::new()));
    let filings = FilingRows {
        import: Import::Replace,
        rows: rows.collect(),
    };
    let change = Change::new(Entry::new("ann", "filing.import")).with_filings(filings);
    store.commit(&change, now()).await.unwrap();
    store.close().await;
    drop(store);
    drop(target.open().await);
    let mut holder = PgConnection::connect(&target.url()).await.unwrap();
    execute(&mut holder, "BEGIN; LOCK TABLE audit IN SHARE MODE").await;
    let (from, to) = (source.url(), target.url());

    let moving = tokio::spawn(async move { copy::migrate(&from, &to).await });
    await_lock(&mut holder, &source).await;
    let late = source.open().await;
    let writing = tokio::spawn(async move {
        let change = Change::new(Entry::new("bob", "app.create"));
        late.commit(&change, now()).await
    });
    await_waiting(&mut holder, &source).await;
    let is_written = writing.is_finished();
    execute(&mut holder, "ROLLBACK").await;
    let moved = moving.await.unwrap();

    assert!(!is_written);
    assert!(matches!(moved, Err(CopyError::InUse)), "{moved:?}");
    writing.await.unwrap().unwrap();
    let log = target.open().await.log(&Query::default()).await.unwrap();
    assert!(log.is_empty(), "{log:?}");
    holder.close().await.unwrap();
}

async fn execute(connection: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

/// Until the move has locked the tables of a database.
async fn await_lock(connection: &mut PgConnection, database: &Database) {
    await_locks(connection, database, "granted").await;
}

/// Until somebody waits for them.
async fn await_waiting(connection: &mut PgConnection, database: &Database) {
    await_locks(connection, database, "NOT granted").await;
}

async fn await_locks(connection: &mut PgConnection, database: &Database, state: &str) {
    let url = database.url();
    let (_, name) = url.rsplit_once('/').unwrap();
    let sql = format!(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON database = pg_database.oid \
         WHERE datname = '{name}' AND locktype = 'relation' AND mode = 'ExclusiveLock' AND {state}"
    );
    loop {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone()));
        let locks: i64 = query.fetch_one(&mut *connection).await.unwrap();
        if locks > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Connections of a store that was dropped end a little later.
async fn await_alone(database: &Database) {
    let empty = Database::sqlite();
    while let Err(CopyError::InUse) = copy::migrate(&database.url(), &empty.url()).await {
        tokio::task::yield_now().await;
    }
}
