//! Rule D5: whether a domain has a filing, and who is asked.

use std::fmt::Write;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use minigate_console::domains::{Domains, DomainsError};
use minigate_console::filing::{
    self, Consequence, Filing, FilingRegister, FilingTerms, FilingUnknown, HttpRegister, HttpRegisterError,
    ImportError, Inquiry, Register, RegisterKind,
};
use minigate_console::store::{Import, Query};
use minigate_policy::Domain;
use minigate_policy::diagnosis::Lang;
use minigate_tls::Roots;
use sqlx::{Connection, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::database::{Database, on_both};
use crate::domains::{app, approve, by, lists};

on_both! {
    d5_without_a_register_nobody_is_asked
    d5_a_domain_without_a_filing_isnt_published
    d5_what_nobody_can_tell_stops_a_publication_unless_the_platform_says_otherwise
    d5_a_large_register_is_imported_as_one_change
    d5_no_publication_slips_past_an_import_that_comes_meanwhile
}

async fn d5_without_a_register_nobody_is_asked(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    domains
        .write(lists(&["https://api.example.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&domains).await;

    let inquiry = Inquiry::open(&*store, None).await.unwrap();

    assert_eq!(inquiry.register(), RegisterKind::None);
    assert_eq!(inquiry.ask(&domain("api.example.com")).await, None);
    domains.publish(&by("alice")).await.unwrap();
}

async fn d5_a_domain_without_a_filing_isnt_published(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id);
    let register = Register::from_csv("domain,licence\nexample.com.cn,京ICP备1号\n").unwrap();
    filing::import(&*store, register, Import::Replace, &by("root"))
        .await
        .unwrap();
    let entries = ["https://api.example.com.cn", "https://a.b.example.org"];
    domains.write(lists(&entries), &by("alice")).await.unwrap();
    approve(&domains).await;

    let error = domains.publish(&by("alice")).await.unwrap_err();

    let DomainsError::NotFiled(refused) = &error else {
        panic!("{error}")
    };
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].domain, "example.org");
    assert!(refused[0].remedy(Lang::Zh).unwrap().contains("example.org"));
    let more = Register::from_csv("example.org\n").unwrap();
    filing::import(&*store, more, Import::Merge, &by("root"))
        .await
        .unwrap();
    domains.publish(&by("alice")).await.unwrap();
}

async fn d5_what_nobody_can_tell_stops_a_publication_unless_the_platform_says_otherwise(database: &Database) {
    let (store, id) = app(database, false).await;
    let domains = Domains::of(&*store, &id).with_register(&Silent);
    domains
        .write(lists(&["https://api.example.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&domains).await;

    let error = domains.publish(&by("alice")).await.unwrap_err();
    assert!(matches!(error, DomainsError::FilingUnknown(_)), "{error}");
    let terms = FilingTerms {
        unknown: Consequence::Warns,
        ..FilingTerms::default()
    };
    filing::set_terms(&*store, terms, &by("root")).await.unwrap();

    let version = domains.publish(&by("alice")).await.unwrap();
    let told: Vec<_> = version.unfiled.iter().map(|of| of.tell(Lang::En)).collect();
    assert_eq!(
        told,
        ["nobody can tell whether `example.com` is filed: the register took too long over other domains"]
    );
    let row = store.log(&Query::default()).await.unwrap().remove(0);
    assert_eq!(row.entry.after.unwrap()["unfiled"][0]["domain"], "example.com");
}

#[tokio::test]
async fn d5_others_go_on_while_a_large_register_is_read() {
    let csv: String = (0..2_000).map(|number| format!("h{number}.com\n")).collect();
    let mut reading = pin!(Register::read_csv(&csv));

    let at_once = reading.as_mut().now_or_never();
    let read = reading.await.unwrap();

    assert!(at_once.is_none());
    assert_eq!(read, Register::from_csv(&csv).unwrap());
    let wrong =
        Register::read_csv("\u{feff}domain,licence\r\n\r\n# none\n\"a.com\",\"\n1\"\n\nnot a domain\n").await;
    assert!(
        matches!(wrong, Err(ImportError::Line { line: 7, .. })),
        "{wrong:?}"
    );
}

async fn d5_a_large_register_is_imported_as_one_change(database: &Database) {
    let (store, _) = app(database, false).await;
    let mut csv = "domain,licence\n".to_owned();
    for number in 0..100_000 {
        writeln!(csv, "h{number}.com,京ICP备{number}号").unwrap();
    }
    let register = Register::from_csv(&csv).unwrap();

    let imported = filing::import(&*store, register, Import::Replace, &by("root"))
        .await
        .unwrap();

    assert_eq!(imported.count, 100_000);
    assert_eq!(filing::imported(&*store).await.unwrap(), Some(imported));
    let licence = store.filing("h99999.com").await.unwrap();
    assert_eq!(licence.as_deref(), Some("京ICP备99999号"));
    let log = store.log(&Query::default()).await.unwrap();
    assert_eq!(log[0].entry.action, "filing.import");
    assert_eq!(log[0].entry.after.as_ref().unwrap()["count"], 100_000);
    let fewer = Register::from_csv("a.com\nb.com,2\n").unwrap();
    filing::import(&*store, fewer, Import::Replace, &by("root"))
        .await
        .unwrap();
    let rows = store.filings("", 10).await.unwrap();
    let text = |text: &str| text.to_owned();
    assert_eq!(rows, [(text("a.com"), text("")), (text("b.com"), text("2"))]);
}

async fn d5_no_publication_slips_past_an_import_that_comes_meanwhile(database: &Database) {
    let (store, id) = app(database, false).await;
    let register = Register::from_csv("example.com\n").unwrap();
    filing::import(&*store, register, Import::Replace, &by("root"))
        .await
        .unwrap();
    let meddler = Meddler {
        store: Arc::clone(&store),
    };
    let domains = Domains::of(&*store, &id).with_register(&meddler);
    domains
        .write(lists(&["https://api.example.com"]), &by("alice"))
        .await
        .unwrap();
    approve(&domains).await;

    let error = domains.publish(&by("alice")).await.unwrap_err();

    assert!(error.to_string().contains("changed by somebody else"), "{error}");
    assert_eq!(domains.effective().await.unwrap(), None);
}

#[tokio::test]
async fn d5_a_file_of_sqlite_is_a_register_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("filings.db");
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    for sql in [
        "CREATE TABLE filings (domain TEXT, licence TEXT, other INTEGER)",
        "INSERT INTO filings VALUES ('Example.com', '1', 2), ('例子.中国', NULL, 3)",
    ] {
        sqlx::query(sql).execute(&mut file).await.unwrap();
    }
    file.close().await.unwrap();

    let register = Register::from_sqlite(&path).await.unwrap();

    assert_eq!(
        register,
        Register::from_csv("example.com,1\nxn--fsqu00a.xn--fiqs8s\n").unwrap()
    );
    let missing = Register::from_sqlite(&folder.path().join("none.db")).await;
    assert!(matches!(missing, Err(ImportError::File { .. })));
}

#[tokio::test]
async fn d5_a_service_is_asked_once_and_on_one_connection() {
    let (url, connections) = service(|path| match path {
        "/icp?key=1&domain=example.com" => reply(r#"{"filed": true, "licence": "京ICP备1号", "more": []}"#),
        "/icp?key=1&domain=example.org" => reply(r#"{"filed": false}"#),
        other => panic!("{other}"),
    })
    .await;
    let register = open(&format!("{url}/icp?key=1"));

    for _ in 0..3 {
        let filed = register.licence(&domain("example.com")).await;
        let not_filed = register.licence(&domain("example.org")).await;

        let licence = "京ICP备1号".to_owned();
        assert_eq!((filed, not_filed), (Filing::Filed { licence }, Filing::NotFiled));
    }

    assert_eq!(connections.load(Ordering::Relaxed), 1);
    assert!(!format!("{register:?}").contains("key"));
}

#[tokio::test]
async fn d5_whatever_goes_wrong_is_unknown_with_its_reason() {
    let long = format!(r#"{{"filed": true, "licence": "{}"}}"#, "x".repeat(70_000));
    let (url, _) = service(move |path| match path {
        "/?domain=broken.com" => "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/?domain=moved.com" => "HTTP/1.1 302 Go\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/?domain=odd.com" => reply(r#"{"filed": "maybe"}"#),
        "/?domain=long.com" => reply(&long),
        _ => String::new(),
    })
    .await;
    let register = open(&url);
    let why = async |name: &str| match register.licence(&domain(name)).await {
        Filing::Unknown { why } => why,
        other => panic!("{other:?}"),
    };

    assert_eq!(why("broken.com").await, FilingUnknown::Status { status: 500 });
    assert_eq!(why("moved.com").await, FilingUnknown::Status { status: 302 });
    assert!(matches!(
        why("odd.com").await,
        FilingUnknown::NotUnderstood { .. }
    ));
    assert_eq!(why("long.com").await, FilingUnknown::TooLong { limit: 65_536 });
    assert!(matches!(
        why("closed.com").await,
        FilingUnknown::Unreachable { .. }
    ));
    for lang in [Lang::En, Lang::Zh] {
        assert!(!why("odd.com").await.tell(lang).is_empty());
    }
}

#[tokio::test]
async fn d5_a_service_that_is_silent_is_given_up_after_five_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let register = open(&format!("http://{}/", listener.local_addr().unwrap()));
    tokio::time::pause();
    let begun = tokio::time::Instant::now();

    let said = register.licence(&domain("example.com")).await;

    let why = FilingUnknown::TimedOut { seconds: 5 };
    assert_eq!(said, Filing::Unknown { why });
    assert!(begun.elapsed() < Duration::from_secs(6));
}

#[test]
fn d5_a_register_is_asked_over_tls_but_on_this_machine() {
    let roots = roots();

    let plain = HttpRegister::open("http://me:secret@register.example.com:81/key?a=b", &roots).unwrap_err();
    let other = HttpRegister::open("ftp://localhost/", &roots).unwrap_err();

    let of = |origin: &str| HttpRegisterError::Plain {
        origin: origin.to_owned(),
    };
    assert_eq!(plain, of("http://register.example.com:81"));
    assert_eq!(other, of("ftp://localhost"));
    for url in ["https://register.example.com/x?y", "http://[::1]:8080/"] {
        assert!(HttpRegister::open(url, &roots).is_ok(), "{url}");
    }
}

#[test]
fn d5_a_register_is_asked_for_the_consoles_domain_alone() {
    let twice = HttpRegister::open("https://register.example.com/?a=b&dom%61in=x", &roots()).unwrap_err();

    let domain = "x".to_owned();
    assert_eq!(twice, HttpRegisterError::HasDomain { domain });
}

/// Knows nothing.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl FilingRegister for Silent {
    async fn licence(&self, _: &Domain) -> Filing {
        Filing::Unknown {
            why: FilingUnknown::NotAsked,
        }
    }
}

/// Says yes, and imports another register meanwhile.
#[derive(Debug)]
struct Meddler {
    store: Arc<dyn minigate_console::store::Store>,
}

#[async_trait]
impl FilingRegister for Meddler {
    async fn licence(&self, _: &Domain) -> Filing {
        filing::import(&*self.store, Register::default(), Import::Replace, &by("root"))
            .await
            .unwrap();
        Filing::Filed {
            licence: String::new(),
        }
    }
}

/// A service that answers by path, and counts its connections; an empty answer is none.
async fn service(answer: impl Fn(&str) -> String + Clone + Send + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(stream, answer.clone()));
        }
    });
    (url, connections)
}

async fn serve(mut stream: TcpStream, answer: impl Fn(&str) -> String) {
    let mut head = Vec::new();
    while let Ok(byte) = stream.read_u8().await {
        head.push(byte);
        if head.ends_with(b"\r\n\r\n") {
            let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
            let reply = answer(text.split(' ').nth(1).unwrap());
            if reply.is_empty() || stream.write_all(reply.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

fn reply(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn open(url: &str) -> HttpRegister {
    HttpRegister::open(url, &roots()).unwrap()
}

fn roots() -> Roots {
    Roots::load(&[minigate_tls::RootSource::Bundled]).unwrap()
}

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}
