//! What can't be opened, and what is said of it.

use minigate_console::store::copy::{self, CopyError};
use minigate_console::store::{OpenError, StoreError, open, open_to_serve, pending};
use minigate_policy::diagnosis::Lang;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};

use crate::database::{Database, on_both};
use crate::store::now;

on_both! {
    a_newer_database_is_refused_by_all
}

async fn a_newer_database_is_refused_by_all(database: &Database) {
    database.open().await.close().await;
    execute(
        database,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        SELECT 99, description, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    )
    .await;
    let url = database.url();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let other = format!("sqlite:{}", folder.path().join("other.db").display());
    let empty = Database::sqlite();
    empty.open().await.close().await;
    copy::back_up(&empty.url(), &file, now()).await.unwrap();

    let refused = [
        pending(&url).await.unwrap_err(),
        open(&url).await.unwrap_err(),
        open_to_serve(&url).await.unwrap_err(),
        of_store(
            copy::back_up(&url, &folder.path().join("next"), now())
                .await
                .unwrap_err(),
        ),
        of_store(copy::migrate(&url, &other).await.unwrap_err()),
        of_store(copy::migrate(&empty.url(), &url).await.unwrap_err()),
        of_store(copy::restore(&file, &url).await.unwrap_err()),
    ];

    for error in refused {
        assert_eq!(unopened(error), OpenError::Newer { step: 99 });
    }
}

#[tokio::test]
async fn a_file_is_served_by_one_at_a_time() {
    let database = Database::sqlite();
    let first = open_to_serve(&database.url()).await.unwrap();

    let second = open_to_serve(&database.url()).await.unwrap_err();
    let visitor = open(&database.url()).await;

    assert!(matches!(unopened(second), OpenError::Served { .. }));
    visitor.unwrap().close().await;
    first.close().await;
    drop(first);
    open_to_serve(&database.url()).await.unwrap();
}

#[tokio::test]
async fn a_file_of_another_program_is_left_as_it_is() {
    let database = Database::sqlite();
    let options: SqliteConnectOptions = database.url().parse().unwrap();
    let mut connection = options.create_if_missing(true).connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE stock (item TEXT)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let Database::Sqlite(folder) = &database else {
        return;
    };
    let before = std::fs::read(folder.path().join("console.db")).unwrap();

    let refused = [
        open(&database.url()).await.unwrap_err(),
        pending(&database.url()).await.unwrap_err(),
    ];

    for error in refused {
        assert!(matches!(unopened(error), OpenError::Foreign { .. }));
    }
    assert_eq!(std::fs::read(folder.path().join("console.db")).unwrap(), before);
}

#[tokio::test]
async fn tables_of_another_program_on_a_server_are_left_alone() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    execute(&database, "CREATE TABLE \"Stock\" (item TEXT)").await;
    let url = database.url();
    let name = url.rsplit('/').next().unwrap();

    let refused = [open(&url).await.unwrap_err(), pending(&url).await.unwrap_err()];

    for error in refused {
        let told = [error.tell(Lang::En), error.tell(Lang::Zh)];
        for told in &told {
            assert!(told.contains(name) && told.contains("public.\"Stock\""), "{told}");
            assert!(told.contains("CREATE DATABASE"), "{told}");
        }
        assert!(matches!(unopened(error), OpenError::ForeignTables { .. }));
    }
    execute(&database, "DROP TABLE \"Stock\"").await;
    assert_eq!(pending(&url).await.unwrap().len(), 2, "nothing was made");
}

#[tokio::test]
async fn what_stands_beside_the_own_tables_on_a_server_is_in_nobodys_way() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    execute(
        &database,
        "CREATE SCHEMA shop; CREATE TABLE shop._sqlx_migrations (version BIGINT, success BOOLEAN); \
        INSERT INTO shop._sqlx_migrations VALUES (99, true); \
        CREATE VIEW waiting AS SELECT 1 AS one; CREATE MATERIALIZED VIEW done AS SELECT 1 AS one; CREATE SEQUENCE numbers; \
        CREATE TABLE of_extension (id BIGINT); ALTER EXTENSION plpgsql ADD TABLE of_extension",
    )
    .await;

    assert_eq!(pending(&database.url()).await.unwrap().len(), 2);
    database.open().await.close().await;
    execute(&database, "CREATE TABLE own_notes (text TEXT)").await;
    database.open().await.close().await;
    assert_eq!(pending(&database.url()).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_database_is_told_with_its_remedy_and_without_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(
        path("text"),
        "no database at all, and longer than its header".repeat(9),
    )
    .unwrap();
    let text = format!("sqlite:{}", path("text"));
    let nowhere = format!("sqlite:{}", path("nowhere/x.db"));

    for (url, english, chinese) in [
        (
            "mysql://ann:secret@h/x",
            "`mysql` is no kind",
            "`mysql` 不是数据库类型",
        ),
        ("console.db", "use sqlite:PATH", "sqlite:路径"),
        ("sqlite:", "names no file", "没有指明文件"),
        ("sqlite::memory:", "gone with the process", "随进程一起消失"),
        (
            "sqlite:x.db?mode=memory",
            "gone with the process",
            "随进程一起消失",
        ),
        ("sqlite:x.db?color=red", "`color`", "color"),
        ("postgres://ann:secret@h:port/x", "port", "无法识别"),
        (
            "postgres://ann:secret@127.0.0.1:1/x",
            "127.0.0.1:1 (",
            "无法连接 127.0.0.1:1 ",
        ),
        (
            nowhere.as_str(),
            "/nowhere for the database: make it first",
            "请先创建",
        ),
        (
            text.as_str(),
            "text can't be opened as a database: file is not",
            "无法作为数据库打开",
        ),
    ] {
        for error in [open(url).await.unwrap_err(), of_backup(url).await] {
            let told = [error.tell(Lang::En), error.tell(Lang::Zh)];
            assert!(told[0].contains(english), "{told:?}");
            assert!(told[1].contains(chinese), "{told:?}");
            assert!(!told.concat().contains("secret"), "{told:?}");
        }
    }
    assert!(!std::fs::exists("file:sqlx-in-memory-0").unwrap());
}

#[tokio::test]
async fn a_database_that_a_server_lacks_is_named() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let url = format!("{}_nowhere", database.url());

    let error = open(&url).await.unwrap_err().to_string();

    assert!(error.contains("_nowhere`: make it first"), "{error}");
}

/// Where nothing is there, a backup says what `pending` does.
async fn of_backup(url: &str) -> StoreError {
    match copy::back_up(url, "backup".as_ref(), now()).await {
        Err(CopyError::Store(error)) => error,
        _ => open(url).await.unwrap_err(),
    }
}

fn of_store(error: CopyError) -> StoreError {
    match error {
        CopyError::Store(error) => error,
        other => panic!("{other}"),
    }
}

fn unopened(error: StoreError) -> OpenError {
    match error {
        StoreError::Unopened(error) => error,
        other => panic!("{other}"),
    }
}

async fn execute(database: &Database, sql: &'static str) {
    let url = database.url();
    match database {
        Database::Sqlite(_) => {
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Database::Postgres(_) => {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}
