//! `downloadFile`: a body that is put down as it comes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use http::Method;
use minigate_engine::{Body, Exchange, Expect, Head, Progress, Protocol, Receiver, Unstored};
use minigate_policy::{Era, Interface, Platform, Profile};
use minigate_testkit::{Asked, Script, Signal, Steps, answer, hostile};
use tempfile::TempDir;

use crate::support::{
    App, Entry, Seen, URL, app, finish_on_stopped_clock, kind, origin, reply, scripted, watch,
};
use crate::uploads::assert_progress;

/// Writes to `part` in a folder, and gives it the name `whole` at the end.
#[derive(Debug)]
struct Folder {
    folder: PathBuf,
    file: Option<fs::File>,
    /// Fails once so many bytes are there.
    room: u64,
}

impl Receiver for Folder {
    fn begin(&mut self, _: &Head) -> Result<(), Unstored> {
        self.file = Some(fs::File::create(self.folder.join("part")).unwrap());
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Unstored> {
        self.room = self
            .room
            .checked_sub(bytes.len() as u64)
            .ok_or(Unstored::QuotaExceeded)?;
        self.file.as_mut().unwrap().write_all(bytes).unwrap();
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<String, Unstored> {
        self.file = None;
        fs::rename(self.folder.join("part"), self.folder.join("whole")).unwrap();
        Ok("whole".to_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.folder.join("part"));
    }
}

fn download_to(folder: &Path) -> Exchange {
    download_within(folder, u64::MAX)
}

fn download_within(folder: &Path, room: u64) -> Exchange {
    Exchange {
        expect: Expect::Stored(Box::new(Folder {
            folder: folder.to_owned(),
            file: None,
            room,
        })),
        ..Exchange::new(Method::GET)
    }
}

async fn download(app: &App, folder: &TempDir) -> Seen {
    app.see_as(Interface::DownloadFile, URL, download_to(folder.path()))
        .await
}

fn whole(folder: &TempDir) -> Vec<u8> {
    fs::read(folder.path().join("whole")).unwrap()
}

/// Nothing is left once the thread that may block has cleared it away.
async fn until_empty(folder: &TempDir) {
    for _ in 0..100_000 {
        if fs::read_dir(folder.path()).unwrap().next().is_none() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("something is left");
}

#[tokio::test]
async fn a_body_is_put_down_with_progress_and_the_head_comes_first() {
    let sent = bytes::Bytes::from_iter((0..5_000_000_u32).map(|n| n as u8));
    let expected = sent.clone();
    let server = origin(move |_: &Asked| reply(200, &[("content-type", "image/png")], sent.clone())).await;
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let app = app().at(server.addr()).start();
        let folder = TempDir::new().unwrap();
        let exchange = Exchange {
            protocol,
            ..download_to(folder.path())
        };

        let seen = app.see_as(Interface::DownloadFile, URL, exchange).await;

        let Body::Stored(stored) = &seen.outcome.unwrap().body else {
            panic!()
        };
        assert_eq!((stored.location.as_str(), stored.bytes), ("whole", 5_000_000));
        assert_eq!(whole(&folder), expected);
        assert_eq!(seen.heads.len(), 1);
        assert_progress(&seen.progress, 5_000_000);
    }
}

#[tokio::test]
async fn n8_any_status_is_put_down() {
    for status in [200, 206, 404, 500] {
        let server = origin(move |_: &Asked| reply(status, &[], "words")).await;
        let folder = TempDir::new().unwrap();

        let seen = download(&app().at(server.addr()).start(), &folder).await;

        assert_eq!(seen.outcome.unwrap().head.status.as_u16(), status);
        assert_eq!(whole(&folder), b"words");
    }
}

#[tokio::test]
async fn without_a_length_progress_is_nothing_until_the_end() {
    let mut body = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..20 {
        body.extend_from_slice(b"10000\r\n");
        body.extend_from_slice(&[b'a'; 0x10000]);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\n\r\n");
    let server = scripted([Script::answering(body)]).await;
    let folder = TempDir::new().unwrap();

    let seen = download(&app().at(server.addr()).start(), &folder).await;

    assert_eq!(kind(&seen.outcome), "200 \"whole\"");
    let (last, before) = seen.progress.split_last().unwrap();
    assert!(
        before
            .iter()
            .all(|news| (news.expected, news.percent()) == (None, 0)),
        "{before:?}"
    );
    assert_eq!((last.moved, last.percent()), (20 * 0x10000, 100));
}

#[tokio::test]
async fn content_codings_are_undone_and_the_length_is_not_theirs() {
    let plain = "minigate ".repeat(10_000);
    let mut coded = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    coded.write_all(plain.as_bytes()).unwrap();
    let coded = coded.finish().unwrap();
    let server = scripted([Script::answering(answer(
        200,
        &[("content-encoding", "gzip")],
        coded,
    ))])
    .await;
    let folder = TempDir::new().unwrap();

    let seen = download(&app().at(server.addr()).start(), &folder).await;

    assert_eq!(whole(&folder), plain.as_bytes());
    let last = Progress {
        moved: plain.len() as u64,
        expected: Some(plain.len() as u64),
    };
    assert_eq!(seen.progress.last(), Some(&last));
    assert!(
        seen.progress
            .iter()
            .all(|news| news.expected.is_none() || *news == last)
    );
}

#[tokio::test]
async fn trap_12_bytes_are_put_down_as_bytes() {
    let sent = b"\xEF\xBB\xBF\xC4\xE3\x00\xFF\xFE\r\n".as_slice();
    let server =
        origin(move |_: &Asked| reply(200, &[("content-type", "text/plain; charset=gbk")], sent)).await;
    let folder = TempDir::new().unwrap();

    download(&app().at(server.addr()).start(), &folder)
        .await
        .outcome
        .unwrap();

    assert_eq!(whole(&folder), sent);
}

#[tokio::test]
async fn a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() {
    let chunked = |size: usize| {
        let mut body =
            format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n").into_bytes();
        body.extend(vec![b'a'; size]);
        body.extend_from_slice(b"\r\n0\r\n\r\n");
        bytes::Bytes::from(body)
    };
    for (size, expected) in [(300_000, "200 \"whole\""), (300_001, "FileTooLarge")] {
        for said in [true, false] {
            let message = if said {
                answer(200, &[], vec![b'a'; size])
            } else {
                chunked(size)
            };
            let server = scripted([Script::answering(message)]).await;
            let mut setting = app().at(server.addr());
            setting.profile.download_max_bytes = Some(300_000);
            let folder = TempDir::new().unwrap();

            let seen = download(&setting.start(), &folder).await;

            assert_eq!(kind(&seen.outcome), expected, "{size} {said}");
            if expected == "FileTooLarge" {
                until_empty(&folder).await;
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_says_that_it_is_too_large_is_not_begun() {
    for length in [u64::MAX / 2, u64::MAX - 1, u64::MAX] {
        let script = Steps::over_tls()
            .read_request()
            .write(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"))
            .await_peer_close();
        let server = scripted([script.close()]).await;
        let folder = TempDir::new().unwrap();

        let seen = download(&app().at(server.addr()).start(), &folder).await;

        assert_eq!(kind(&seen.outcome), "FileTooLarge", "{length}");
        assert_eq!(seen.progress, []);
        server.until(|record| record.over == 1).await;
    }
}

#[tokio::test]
async fn an_empty_body_is_a_file_except_on_ios() {
    for (platform, expected) in [
        (Platform::Android, "200 \"whole\""),
        (Platform::Devtools, "200 \"whole\""),
        (Platform::Ios, "FileEmpty"),
    ] {
        let server = scripted([Script::answering(answer(200, &[], ""))]).await;
        let mut setting = app().at(server.addr());
        setting.profile = Profile {
            ats: false,
            ..Profile::new(Era::Guide, platform)
        };
        let folder = TempDir::new().unwrap();

        let seen = download(&setting.start(), &folder).await;

        assert_eq!(kind(&seen.outcome), expected, "{platform}");
    }
}

#[tokio::test]
async fn what_cant_be_kept_fails_and_leaves_nothing() {
    let server = origin(|_: &Asked| reply(200, &[], vec![b'a'; 2 << 20])).await;
    let folder = TempDir::new().unwrap();
    let app = app().at(server.addr()).start();

    let exchange = download_within(folder.path(), 1 << 20);
    let seen = app.see_as(Interface::DownloadFile, URL, exchange).await;

    assert_eq!(kind(&seen.outcome), "NotStored(QuotaExceeded)");
    until_empty(&folder).await;
}

/// Sends the first half of a body and waits.
fn half_a_body() -> Steps {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
    Steps::over_tls()
        .read_request()
        .write(head)
        .write(vec![b'a'; 500_000])
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    for script in [half_a_body().close(), half_a_body().cut(), half_a_body().reset()] {
        let server = scripted([script]).await;
        let folder = TempDir::new().unwrap();

        let seen = download(&app().at(server.addr()).start(), &folder).await;

        assert!(
            kind(&seen.outcome).starts_with("broken: "),
            "{}",
            kind(&seen.outcome)
        );
        until_empty(&folder).await;
    }
}

#[tokio::test]
async fn trap_08_whatever_a_server_does_a_download_settles_once_and_leaves_all_or_nothing() {
    for server in hostile::all()
        .into_iter()
        .filter(|server| server.ends == hostile::Ends::ByItself)
    {
        let origin = scripted([server.script.clone()]).await;
        let folder = TempDir::new().unwrap();

        let seen = download(&app().at(origin.addr()).start(), &folder).await;

        match seen.outcome {
            Ok(_) => assert!(folder.path().join("whole").exists(), "{}", server.name),
            Err(_) => until_empty(&folder).await,
        }
    }
}

#[tokio::test]
async fn n1_a_download_whose_time_is_up_leaves_nothing() {
    let server = scripted([half_a_body().await_peer_close().close()]).await;
    let folder = TempDir::new().unwrap();
    let app = app().at(server.addr()).start();

    let task = app.start_as(Interface::DownloadFile, URL, download_to(folder.path()));
    app.journal
        .until(1, |entry| *entry == Entry::FirstByte(200))
        .await;
    let seen = finish_on_stopped_clock(task).await;

    assert_eq!(kind(&seen.outcome), "timed out: Body");
    until_empty(&folder).await;
}

#[tokio::test]
async fn n5_a_download_in_the_background_is_interrupted_and_leaves_nothing() {
    let server = scripted([half_a_body().await_peer_close().close()]).await;
    let folder = TempDir::new().unwrap();
    let app = app().at(server.addr()).start();

    let task = app.start_as(Interface::DownloadFile, URL, download_to(folder.path()));
    app.journal
        .until(1, |entry| *entry == Entry::FirstByte(200))
        .await;
    app.engine.set_visibility(minigate_policy::Visibility::Background);
    let seen = finish_on_stopped_clock(task).await;

    assert_eq!(kind(&seen.outcome), "Interrupted");
    until_empty(&folder).await;
}

#[tokio::test]
async fn trap_06_an_aborted_download_frees_its_slot_once_and_leaves_nothing() {
    let go_on = Signal::new();
    let script = half_a_body().wait_for(&go_on).write(vec![b'b'; 500_000]);
    let server = scripted([script.close()]).await;
    let mut setting = app().at(server.addr());
    setting.profile.calls_at_once = 1;
    let app = setting.start();
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let start = |folder: &TempDir| app.start_as(Interface::DownloadFile, URL, download_to(folder.path()));

    let aborted = start(&first);
    let next = [start(&second), start(&second)];
    app.journal
        .until(1, |entry| *entry == Entry::FirstByte(200))
        .await;
    aborted.abort();
    aborted.abort();
    let aborted = watch(aborted).await;
    app.journal
        .until(2, |entry| *entry == Entry::FirstByte(200))
        .await;

    assert_eq!(kind(&aborted.outcome), "Aborted");
    assert_eq!(app.journal.count(|entry| *entry == Entry::Started), 2);
    until_empty(&first).await;
    drop(next);
    until_empty(&second).await;
}

#[tokio::test]
async fn n4_ten_of_twelve_transfers_of_each_interface_run() {
    let script = Steps::over_tls().read_head().await_peer_close();
    let server = scripted([script.close()]).await;
    let app = app().at(server.addr()).start();
    let folder = TempDir::new().unwrap();

    let downloads: Vec<_> = (0..12)
        .map(|_| app.start_as(Interface::DownloadFile, URL, download_to(folder.path())))
        .collect();
    let uploads: Vec<_> = (0..12)
        .map(|_| app.start_as(Interface::UploadFile, URL, Exchange::new(Method::POST)))
        .collect();
    server.until(|record| record.requests.len() == 20).await;

    assert_eq!(app.journal.count(|entry| *entry == Entry::Started), 20);
    assert_eq!(app.journal.count(|entry| *entry == Entry::Queued), 4);
    drop((downloads, uploads));
}

#[tokio::test]
async fn a_redirects_body_is_not_put_down() {
    let script = Steps::over_tls()
        .read_request()
        .write(answer(302, &[("location", "/there")], "go there"))
        .read_request()
        .write(answer(200, &[], "here"));
    let server = scripted([script.close()]).await;
    let folder = TempDir::new().unwrap();

    download(&app().at(server.addr()).start(), &folder)
        .await
        .outcome
        .unwrap();

    assert_eq!(whole(&folder), b"here");
}
