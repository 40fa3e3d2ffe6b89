//! Secrets in a log: whoever reads it mustn't be able to sign in.

use std::io;
use std::sync::{Arc, Mutex};

use minigate_console::account::first_start;
use tracing_subscriber::fmt::MakeWriter;

use crate::database::Database;
use crate::served::Served;
use crate::store::now;

/// On one thread, so that everything that is served is written by the test's own log.
#[tokio::test]
async fn no_secret_is_in_a_log_on_sqlite() {
    no_secret_is_in_a_log(&Database::sqlite()).await;
}

#[tokio::test]
async fn no_secret_is_in_a_log_on_postgres() {
    if let Some(database) = Database::postgres().await {
        no_secret_is_in_a_log(&database).await;
    }
}

async fn no_secret_is_in_a_log(database: &Database) {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone());
    let _guard = tracing::subscriber::set_default(log.finish());
    let served = Served::on(database).await;
    let name = "operator".parse().unwrap();
    let first = first_start(served.console.store(), &name, now())
        .await
        .unwrap()
        .unwrap();
    let link = first.secret.reveal().to_owned();
    let password = "a password that nobody logs";
    let mut browser = served.browser();

    browser.get(&format!("/invited/{link}")).await;
    browser
        .post(
            &format!("/invited/{link}"),
            &[("password", password), ("again", password)],
        )
        .await;
    browser
        .post("/sign-in", &[("name", "operator"), ("password", password)])
        .await;
    browser
        .post(
            "/sign-in",
            &[("name", "operator"), ("password", "a wrong one, quite long")],
        )
        .await;
    browser
        .get("/cgi-bin/token?grant_type=client_credential&appid=wx1&secret=fedcba98fedcba98")
        .await;
    browser
        .get("/wxa/getwxadevinfo?access_token=77_an_access_token")
        .await;
    let csrf = browser.get("/me/password").await.field("csrf").to_owned();
    browser.get("/nowhere?secret=an-unknown-one").await;

    let text = lines.text();
    assert!(!text.is_empty());
    let secrets = [
        link.as_str(),
        password,
        "a wrong one, quite long",
        "fedcba98fedcba98",
        "77_an_access_token",
        csrf.as_str(),
        browser.cookies["session"].as_str(),
        browser.cookies["device"].as_str(),
    ];
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
