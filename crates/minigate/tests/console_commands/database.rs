//! What is done with a database beside serving.

use sqlx::{Connection, SqliteConnection};

use crate::desk::{Desk, assert_done, assert_refused, said};

#[test]
fn pending_tells_the_steps_that_a_database_lacks_and_takes_none() {
    let desk = Desk::used();

    let current = desk.both(&["pending"]);
    let (new, code) = desk.run("en", &["pending", "--database", "sqlite:nowhere.db"]);

    assert_eq!(
        current,
        [
            said("The database is up to date.", 0),
            said("数据库已是最新。", 0)
        ]
    );
    assert!(new.contains("CREATE TABLE audit"), "{new}");
    assert_eq!(code, 0);
    assert!(!desk.has("nowhere.db"));
}

#[test]
fn a_backup_is_restored_and_moved_only_where_nothing_is() {
    let desk = Desk::used();
    let backup = desk.path("console.backup");
    let restored = desk.database("restored.db");
    let moved = desk.database("moved.db");

    let saved = desk.run("en", &["backup", &backup]);
    let again = desk.both(&["backup", &backup]);
    // What a backup that was killed has left.
    std::fs::write(desk.path("next.backup.partial"), "").unwrap();
    let [next, _] = desk.both(&["backup", &desk.path("next.backup")]);
    let back = desk.run("zh", &["restore", &backup, "--database", &restored]);
    let onto = desk.both(&["restore", &backup, "--database", &restored]);
    let away = desk.run("en", &["move", "--database", &restored, "--to", &moved]);
    let twice = desk.both(&["move", "--database", &restored, "--to", &moved]);

    assert_done(&saved, "keep it as you keep the database itself");
    assert_done(&back, "重新读取后，所有表的行数和摘要均一致");
    assert_done(&away, "read back, every table has the same rows and digest");
    assert_refused(&[next], &["next.backup.partial is there already"]);
    assert_refused(
        &again,
        &[
            "is there already, and a backup is a new file",
            "已经存在，备份只写入新文件",
        ],
    );
    assert_refused(&onto, &["need an empty one", "需要空数据库"]);
    assert_refused(&twice, &["need an empty one", "需要空数据库"]);
    let tallies = |text: &str| {
        text.lines()
            .filter(|line| line.contains("sha256"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(tallies(&back.0), tallies(&away.0));
}

#[test]
fn what_isnt_a_whole_backup_is_refused_with_its_line() {
    let desk = Desk::used();
    let backup = desk.path("console.backup");
    desk.run("en", &["backup", &backup]);
    let whole = std::fs::read_to_string(&backup).unwrap();
    let cut = desk.path("cut.backup");
    let most = whole.lines().count() - 1;
    std::fs::write(
        &cut,
        whole
            .lines()
            .take(most)
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
    )
    .unwrap();

    let refused = desk.both(&["restore", &cut, "--database", "sqlite:other.db"]);
    let [none, _] = desk.both(&["restore", "nowhere.backup", "--database", "sqlite:other.db"]);

    assert_refused(&refused, &["cut.backup, line", "不是完整的备份"]);
    assert_refused(&[none], &["nowhere.backup"]);
}

#[test]
fn a_database_that_is_in_use_isnt_moved() {
    let desk = Desk::empty();
    let _console = desk.start(&[]);

    let refused = desk.both(&["move", "--to", &desk.database("moved.db")]);

    assert_refused(&refused, &["stop the console", "请先停止控制台"]);
}

#[tokio::test]
async fn d5_filings_come_from_csv_or_a_file_of_sqlite() {
    let desk = Desk::used();
    let table = desk.database("filings.db?mode=rwc");
    let mut table = SqliteConnection::connect(&table).await.unwrap();
    for sql in [
        "CREATE TABLE filings (domain TEXT, licence TEXT)",
        "INSERT INTO filings VALUES ('example.com', 'ICP 1'), ('example.org', NULL)",
    ] {
        sqlx::query(sql).execute(&mut table).await.unwrap();
    }
    table.close().await.unwrap();
    std::fs::write(
        desk.path("more.csv"),
        "domain,licence\n\"example.net\",\"ICP 2\"\n",
    )
    .unwrap();
    std::fs::write(desk.path("wrong.csv"), "example.net\napi.example.net\n").unwrap();
    std::fs::write(desk.path("empty.csv"), "domain,licence\n").unwrap();

    let sqlite = desk.run("en", &["import-filings", "filings.db"]);
    let csv = desk.run("zh", &["import-filings", "more.csv", "--replace"]);
    let wrong = desk.both(&["import-filings", "wrong.csv"]);
    let empty = desk.both(&["import-filings", "empty.csv"]);
    let missing = desk.both(&["import-filings", "nowhere.csv"]);
    let endless = desk.both(&["import-filings", "/dev/zero"]);
    let nowhere = desk.both(&["import-filings", "more.csv", "--database", "sqlite:nowhere.db"]);

    assert_done(&sqlite, "filings.db: 2.");
    assert_done(&csv, "导入 1 个域名");
    assert_refused(
        &wrong,
        &["wrong.csv: line 2: `api.example.net`", "wrong.csv: 第 2 行"],
    );
    assert_refused(&empty, &["no domain in it", "没有域名"]);
    assert_refused(&missing, &["nowhere.csv"; 2]);
    assert_refused(
        &endless,
        &[
            "/dev/zero has more than 256 MiB",
            "/dev/zero 超过可读取的上限 256 MiB",
        ],
    );
    assert_refused(&nowhere, &["start the console once", "请先启动一次控制台"]);
}

#[test]
fn somebody_who_is_locked_out_is_invited_by_name() {
    let desk = Desk::used();

    let link = desk.run(
        "en",
        &[
            "invite",
            "operator",
            "--public-url",
            "https://console.example.com/",
        ],
    );
    let (path, _) = desk.run("zh", &["invite", "operator"]);
    let nobody = desk.both(&["invite", "nobody"]);
    let unfit = desk.both(&["invite", "No Body"]);
    let nowhere = desk.both(&["invite", "operator", "--database", "sqlite:nowhere.db"]);

    assert_done(&link, " https://console.example.com/invited/");
    assert!(
        path.contains("只能使用一次") && path.contains("：/invited/"),
        "{path}"
    );
    assert_eq!(
        nobody,
        [
            said("error: there is no account `nobody`", 2),
            said("错误: 没有账号 `nobody`", 2)
        ]
    );
    assert_eq!(unfit[0], said("error: there is no account `No Body`", 2));
    assert_refused(&nowhere, &["start the console once", "请先启动一次控制台"]);
    assert!(!desk.has("nowhere.db"));
}

#[test]
fn what_cant_be_opened_is_told_in_both_languages() {
    let desk = Desk::used();

    for (args, wanted) in [
        (
            vec!["--listen", "127.0.0.1:0", "--database", "mysql://ann:secret@h/x"],
            ["`mysql` is no kind of database", "`mysql` 不是数据库类型"],
        ),
        (
            vec!["pending", "--database", "postgres://ann:secret@127.0.0.1:1/x"],
            [
                "no PostgreSQL can be reached at 127.0.0.1:1",
                "无法连接 127.0.0.1:1",
            ],
        ),
        (
            vec!["restore", "nowhere.backup", "--database", "sqlite:new.db"],
            ["nowhere.backup: ", "nowhere.backup："],
        ),
        (
            vec!["move", "--to", "sqlite:./minigate-console.db"],
            ["both are the same database", "两者是同一个数据库"],
        ),
    ] {
        let refused = desk.both(&args);
        assert_refused(&refused, &wanted);
        assert!(
            refused.iter().all(|(text, _)| !text.contains("secret")),
            "{refused:?}"
        );
    }
    assert!(!desk.has("new.db"));
}
