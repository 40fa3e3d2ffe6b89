//! A process that is killed while it writes loses nothing that it has acknowledged.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use minigate_console::store::{Change, Query, Store, StoreError};
use serde_json::json;

use crate::database::Database;
use crate::store::{entry, key, now};

#[tokio::test(flavor = "multi_thread")]
async fn d2_two_hundred_kills_lose_no_acknowledged_change_on_sqlite() {
    let database = Database::sqlite();
    let mut acknowledged = 0;

    for kill in 0..200_u64 {
        let mut writer = Writer::start(&database.url());
        // Somewhere within a few writes, of which each takes some hundred microseconds.
        let lines = fastrand::Rng::with_seed(kill).u64(0..4);
        for _ in 0..lines {
            acknowledged = writer.next().unwrap_or(acknowledged);
        }
        std::thread::sleep(std::time::Duration::from_micros(kill * 37 % 1500));
        acknowledged = writer.kill().unwrap_or(acknowledged);

        let store = database.open().await;
        let (left, right) = pair(&*store).await;
        assert!(left >= acknowledged, "kill {kill}: {left} < {acknowledged}");
        assert_eq!(left, right, "kill {kill}: half done");
        let query = Query {
            most: 1,
            ..Query::default()
        };
        let logged = store.log(&query).await.unwrap();
        assert_eq!(
            logged.first().and_then(|logged| logged.entry.after.clone()),
            (left > 0).then(|| json!(left))
        );
    }

    assert!(acknowledged > 200, "{acknowledged}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d2_two_processes_on_postgresql_count_exactly_though_one_is_killed() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    // Before both of them, or they would make the first records at once.
    drop(database.open().await);
    let (mut staying, mut dying) = (Writer::start(&database.url()), Writer::start(&database.url()));
    let mut acknowledged = 0;

    for _ in 0..100 {
        acknowledged += u64::from(staying.next().is_some()) + u64::from(dying.next().is_some());
    }
    acknowledged += dying.kill_counting();
    for _ in 0..100 {
        acknowledged += u64::from(staying.next().is_some());
    }
    acknowledged += staying.kill_counting();

    let store = database.open().await;
    let (left, right) = pair(&*store).await;
    assert_eq!(left, right);
    // Each of the two may have committed one more than it could say.
    assert!(
        (acknowledged..=acknowledged + 2).contains(&left),
        "{left} of {acknowledged}"
    );
    let query = Query {
        most: 10_000,
        ..Query::default()
    };
    assert_eq!(store.log(&query).await.unwrap().len() as u64, left);
}

/// Not a test but the process that the tests kill; it writes without end and prints each number that is committed.
#[ignore = "it is started by the tests"]
#[tokio::test(flavor = "multi_thread")]
async fn writes_until_it_is_killed() {
    let store = minigate_console::store::open(&std::env::var(URL).unwrap())
        .await
        .unwrap();
    loop {
        if let Some(number) = write(&*store).await {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{MARK}{number}").unwrap();
            out.flush().unwrap();
        }
    }
}

/// Adds one to both numbers of the pair; nothing where somebody else was faster.
async fn write(store: &dyn Store) -> Option<u64> {
    let (left, right) = (
        store.get(&key("left")).await.unwrap(),
        store.get(&key("right")).await.unwrap(),
    );
    let number = left.as_ref().and_then(|left| left.body.as_u64()).unwrap_or(0) + 1;
    let change = Change::new(entry().after(json!(number)));
    let change = match (&left, &right) {
        (Some(left), Some(right)) => change.replace(left, json!(number)).replace(right, json!(number)),
        _ => change
            .create(&key("left"), json!(number))
            .create(&key("right"), json!(number)),
    };
    match store.commit(&change, now()).await {
        Ok(_) => Some(number),
        Err(StoreError::Conflict { .. }) => None,
        Err(other) => panic!("{other}"),
    }
}

async fn pair(store: &dyn Store) -> (u64, u64) {
    let mut numbers = [0; 2];
    for (number, name) in numbers.iter_mut().zip(["left", "right"]) {
        let record = store.get(&key(name)).await.unwrap();
        *number = record.and_then(|record| record.body.as_u64()).unwrap_or(0);
    }
    numbers.into()
}

/// A process that writes.
struct Writer {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Writer {
    fn start(url: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "kill::writes_until_it_is_killed",
            ])
            .env(URL, url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Self { process, lines }
    }

    /// The next number that it has acknowledged.
    fn next(&mut self) -> Option<u64> {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            // The first one shares its line with what the test's harness prints.
            if let Some((_, number)) = line.trim_end().split_once(MARK) {
                return number.parse().ok();
            }
            line.clear();
        }
        None
    }

    /// Kills it; the last number that it had acknowledged until then.
    fn kill(mut self) -> Option<u64> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::iter::from_fn(|| self.next()).last()
    }

    /// Kills it; how many more it had acknowledged until then.
    fn kill_counting(mut self) -> u64 {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::iter::from_fn(|| self.next()).count() as u64
    }
}

const URL: &str = "MINIGATE_TEST_DATABASE";
const MARK: &str = "committed ";
