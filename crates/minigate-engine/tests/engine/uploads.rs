//! `uploadFile`: a form with one file, streamed.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use http::{HeaderMap, Method};
use minigate_engine::{Event, Exchange, FilePart, Form, Opened, Progress, Protocol, Source};
use minigate_policy::Interface;
use minigate_testkit::{Asked, Script, Signal, Steps, answer};

use crate::support::{
    App, Entry, H2Behaviour, H2Server, OTHER, Seen, URL, app, body, finish_on_stopped_clock, kind, origin,
    reply, scripted, scripted_for, watch,
};

/// A plain file.
#[derive(Debug)]
pub(crate) struct PlainFile(pub(crate) PathBuf);

impl Source for PlainFile {
    fn name(&self) -> &str {
        "wxfile://tmp_1.bin"
    }

    fn open(&self) -> io::Result<Opened> {
        let file = std::fs::File::open(&self.0)?;
        Ok(Opened {
            length: file.metadata()?.len(),
            reader: Box::new(file),
        })
    }
}

/// Says one length and gives another.
#[derive(Debug)]
struct Liar {
    said: u64,
    given: u64,
}

impl Source for Liar {
    fn name(&self) -> &str {
        "liar"
    }

    fn open(&self) -> io::Result<Opened> {
        Ok(Opened {
            length: self.said,
            reader: Box::new(io::repeat(b'x').take(self.given)),
        })
    }
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

pub(crate) fn upload_of(source: impl Source + 'static) -> Exchange {
    let form = Form {
        fields: vec![("user".into(), "阿一".into())],
        file: FilePart {
            name: "file".into(),
            file_name: "a.bin".into(),
            content_type: "application/octet-stream".into(),
            source: Arc::new(source),
        },
    };
    let (body, content_type) = form.encode();
    Exchange {
        body,
        headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, content_type)]),
        ..Exchange::new(Method::POST)
    }
}

pub(crate) async fn upload(app: &App, exchange: Exchange) -> Seen {
    app.see_as(Interface::UploadFile, URL, exchange).await
}

/// Answers with what it got between head and tail of the form.
fn mirror(asked: &Asked) -> minigate_testkit::Reply {
    let boundary = asked.headers.get("content-type").unwrap().to_str().unwrap();
    let boundary = boundary.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = String::from_utf8_lossy(&asked.body);
    let file = text.rsplit_once("\r\n\r\n").unwrap().1;
    let file = file.strip_suffix(&format!("\r\n--{boundary}--\r\n")).unwrap();
    reply(200, &[], file.len().to_string())
}

#[tokio::test]
async fn a_file_is_sent_as_the_last_part_with_its_length_and_progress() {
    let file = file(&vec![b'a'; 3 << 20]);
    let server = origin(|asked: &Asked| mirror(asked)).await;
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let app = app().at(server.addr()).start();
        let exchange = Exchange {
            protocol,
            ..upload_of(PlainFile(file.path().to_owned()))
        };

        let seen = upload(&app, exchange).await;

        assert_eq!(body(&seen.outcome), (3 << 20).to_string());
        let asked = server.log().pop().unwrap();
        let length = asked.body.len() as u64;
        assert_eq!(asked.headers["content-length"], length.to_string().as_str());
        assert_progress(&seen.progress, length);
    }
}

/// Never backwards, and the last one is the whole.
pub(crate) fn assert_progress(progress: &[Progress], length: u64) {
    let moved: Vec<_> = progress.iter().map(|news| news.moved).collect();
    assert!(moved.is_sorted_by(|a, b| a < b), "{moved:?}");
    let last = Progress {
        moved: length,
        expected: Some(length),
    };
    assert_eq!(progress.last(), Some(&last));
}

#[tokio::test]
async fn a_missing_file_fails_before_anything_is_dialled() {
    let app = app().at("127.0.0.1:1".parse().unwrap()).start();

    let seen = upload(&app, upload_of(PlainFile("/nowhere/at/all".into()))).await;

    assert_eq!(kind(&seen.outcome), "FileNotFound");
    assert_eq!(app.journal.count(|entry| *entry == Entry::Dialling), 0);
}

#[tokio::test]
async fn a_file_that_shrinks_fails_and_never_hangs() {
    let server = origin(|_: &Asked| reply(200, &[], "ok")).await;
    for protocol in [Protocol::Http1, Protocol::Http2] {
        for given in [0, 10, 1 << 20] {
            let mut setting = app().at(server.addr());
            setting.profile.calls_at_once = 1;
            let app = setting.start();
            let exchange = Exchange {
                protocol,
                ..upload_of(Liar { said: 2 << 20, given })
            };

            let seen = upload(&app, exchange).await;

            assert_eq!(kind(&seen.outcome), "FileChanged", "{protocol:?} {given}");
            assert!(seen.progress.iter().all(|news| news.percent() < 100));
            assert_eq!(kind(&app.get(URL).await), "200 \"ok\"", "the slot is free");
        }
    }
}

#[tokio::test]
async fn a_file_that_grows_is_sent_as_long_as_it_was() {
    let server = origin(|asked: &Asked| mirror(asked)).await;
    let app = app().at(server.addr()).start();

    let seen = upload(
        &app,
        upload_of(Liar {
            said: 100_000,
            given: u64::MAX,
        }),
    )
    .await;

    assert_eq!(body(&seen.outcome), "100000");
}

#[tokio::test]
async fn a_redirect_that_keeps_the_method_sends_the_file_again() {
    for status in [307, 308] {
        let there = answer(status, &[("location", "https://cdn.example.com/there")], "");
        let first = scripted([Script::answering(there)]).await;
        let second = scripted_for(OTHER, [Script::answering(answer(200, &[], "ok"))]).await;
        let app = app().at(first.addr()).host_at(OTHER, second.addr()).start();
        let file = file(&[b'z'; 200_000]);

        let seen = upload(&app, upload_of(PlainFile(file.path().to_owned()))).await;

        assert_eq!(kind(&seen.outcome), "200 \"ok\"");
        let (first, second) = (first.requests().remove(0), second.requests().remove(0));
        assert_eq!(first.body, second.body, "{status}");
        assert_eq!(second.method, "POST");
        assert_progress(&seen.progress, second.body.len() as u64);
    }
}

#[tokio::test]
async fn a_redirect_to_get_leaves_the_file_behind() {
    for status in [301, 302, 303] {
        let script = Steps::over_tls()
            .read_request()
            .write(answer(status, &[("location", "/there")], ""))
            .read_request()
            .write(answer(200, &[], "ok"));
        let server = scripted([script.close()]).await;
        let app = app().at(server.addr()).start();
        let file = file(b"hello");

        let seen = upload(&app, upload_of(PlainFile(file.path().to_owned()))).await;

        assert_eq!(kind(&seen.outcome), "200 \"ok\"");
        let second = server.requests().remove(1);
        assert_eq!((second.method.as_str(), second.body.len()), ("GET", 0));
        assert_eq!(second.header("content-type"), None);
        assert_eq!(second.header("content-length"), None);
    }
}

#[tokio::test]
async fn d1_a_redirect_to_an_unlisted_host_gets_no_byte_of_the_file() {
    let there = answer(307, &[("location", "https://evil.example/")], "");
    let server = scripted([Script::answering(there)]).await;
    let app = app().at(server.addr()).start();
    let file = file(b"hello");

    let seen = upload(&app, upload_of(PlainFile(file.path().to_owned()))).await;

    assert_eq!(kind(&seen.outcome), "denied: NotListed");
}

#[tokio::test]
async fn n8_an_answer_that_comes_before_the_file_is_through_is_taken() {
    let script = Steps::over_tls()
        .read_head()
        .write(answer(413, &[], "too large"))
        .await_peer_close();
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();

    let seen = upload(
        &app,
        upload_of(Liar {
            said: 1 << 40,
            given: 1 << 40,
        }),
    )
    .await;

    assert_eq!(kind(&seen.outcome), "413 \"too large\"");
    assert!(seen.progress.iter().all(|news| news.percent() < 100));
    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn n7_the_answer_is_text_without_its_mark() {
    let file = file(b"hello");
    let server = origin(|_: &Asked| {
        let gbk = [b"\xC4\xE3".as_slice()].concat();
        reply(200, &[("content-type", "text/plain; charset=gbk")], gbk)
    })
    .await;
    let app = app().at(server.addr()).start();

    let seen = upload(&app, upload_of(PlainFile(file.path().to_owned()))).await;

    assert_eq!(body(&seen.outcome), "你");
}

#[tokio::test]
async fn a_limit_holds_for_the_whole_body() {
    let mut setting = app().at("127.0.0.1:1".parse().unwrap());
    setting.profile.upload_max_bytes = Some(1000);
    let app = setting.start();

    let seen = upload(
        &app,
        upload_of(Liar {
            said: 1000,
            given: 1000,
        }),
    )
    .await;

    assert_eq!(kind(&seen.outcome), "FileTooLarge");
}

#[tokio::test]
async fn trap_06_an_aborted_upload_frees_its_slot_once() {
    let go_on = Signal::new();
    let script = Steps::over_tls()
        .read_head()
        .wait_for(&go_on)
        .write(answer(200, &[], "ok"))
        .await_peer_close();
    let server = scripted([script.close()]).await;
    let mut setting = app().at(server.addr());
    setting.profile.calls_at_once = 1;
    let app = setting.start();
    let start = |path: &str| {
        let url = format!("{URL}{path}");
        app.start_as(
            Interface::UploadFile,
            &url,
            upload_of(Liar {
                said: 1 << 40,
                given: 1 << 40,
            }),
        )
    };

    let running = start("running");
    let queued = start("queued");
    server.until(|record| record.requests.len() == 1).await;
    let waiting = [start("first"), start("second")];
    queued.abort();
    running.abort();
    running.abort();
    server.until(|record| record.requests.len() == 2).await;

    assert_eq!(kind(&watch(running).await.outcome), "Aborted");
    assert_eq!(kind(&watch(queued).await.outcome), "Aborted");
    assert_eq!(
        app.journal.count(|entry| *entry == Entry::Started),
        2,
        "one slot, freed once"
    );
    let paths: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(paths, ["/running", "/first"]);
    drop(waiting);
}

/// Never ends, and counts what is taken of it.
#[derive(Debug)]
struct Endless(Arc<AtomicU64>);

struct Counting(Arc<AtomicU64>);

impl Source for Endless {
    fn name(&self) -> &str {
        "endless"
    }

    fn open(&self) -> io::Result<Opened> {
        Ok(Opened {
            length: 1 << 40,
            reader: Box::new(Counting(Arc::clone(&self.0))),
        })
    }
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        Ok(buffer.len())
    }
}

#[tokio::test]
async fn an_upload_that_is_over_is_not_read_any_further() {
    let server = origin(|_: &Asked| reply(200, &[], "ok")).await;
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let app = app().at(server.addr()).start();
        let taken = Arc::<AtomicU64>::default();
        let exchange = Exchange {
            protocol,
            ..upload_of(Endless(Arc::clone(&taken)))
        };

        let mut task = app.start_as(Interface::UploadFile, URL, exchange);
        let begun = task.next().await;
        task.abort();
        let seen = watch(task).await;

        assert!(matches!(begun, Some(Event::Progress(_))), "{begun:?}");
        assert_eq!(kind(&seen.outcome), "Aborted");
        let after = until_closed(&taken).await;
        assert!(after < 64 << 20, "{protocol:?}: {after}");
    }
}

#[tokio::test]
async fn n8_an_answer_that_comes_before_the_file_is_through_ends_it_on_h2_as_well() {
    let server = H2Server::start(H2Behaviour::Ok).await;
    let app = app().at(server.addr()).start();
    let taken = Arc::<AtomicU64>::default();
    let exchange = Exchange {
        protocol: Protocol::Http2,
        ..upload_of(Endless(Arc::clone(&taken)))
    };

    let seen = upload(&app, exchange).await;

    assert_eq!(kind(&seen.outcome), "200 \"ok\"");
    assert!(until_closed(&taken).await < 64 << 20);
}

#[tokio::test]
async fn n1_an_upload_that_doesnt_get_through_times_out() {
    let server = scripted([Steps::over_tls()
        .read_head()
        .pause(Duration::from_secs(90))
        .close()])
    .await;
    let app = app().at(server.addr()).start();

    let task = app.start_as(
        Interface::UploadFile,
        URL,
        upload_of(Liar {
            said: 5000,
            given: 5000,
        }),
    );
    app.journal.until(1, |entry| *entry == Entry::Sent).await;
    let seen = finish_on_stopped_clock(task).await;

    assert_eq!(kind(&seen.outcome), "timed out: Head");
}

#[tokio::test]
async fn n5_an_upload_in_the_background_is_interrupted() {
    let server = scripted([Steps::over_tls().read_head().await_peer_close().close()]).await;
    let app = app().at(server.addr()).start();

    let task = app.start_as(
        Interface::UploadFile,
        URL,
        upload_of(Liar {
            said: 5000,
            given: 5000,
        }),
    );
    app.journal.until(1, |entry| *entry == Entry::Sent).await;
    app.engine.set_visibility(minigate_policy::Visibility::Background);
    let seen = finish_on_stopped_clock(task).await;

    assert_eq!(kind(&seen.outcome), "Interrupted");
}

/// How much was taken of an endless file by the time that it was closed; its reader has a thread of its own.
async fn until_closed(taken: &Arc<AtomicU64>) -> u64 {
    let closed = async {
        while Arc::strong_count(taken) > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), closed)
        .await
        .unwrap();
    taken.load(Ordering::Relaxed)
}
