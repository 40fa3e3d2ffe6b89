//! Nothing outlives its app.

use bytes::Bytes;
use futures_util::StreamExt;
use http::Method;
use minigate_engine::{Delivery, Event, Exchange, Protocol};
use minigate_testkit::{Asked, Script, answer, hostile};
use tokio::runtime::Handle;

use crate::support::{
    Entry, H2Behaviour, H2Server, URL, app, finish_on_stopped_clock, kind, origin, reply, scripted, watch,
};

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Lets tasks that have been told to end do so.
async fn until_tasks_are(number: usize) {
    for _ in 0..10_000 {
        if tasks() <= number {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} tasks are left, {number} were there before", tasks());
}

#[tokio::test]
async fn when_the_last_handle_goes_connections_and_driver_end() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();
    app.get(URL).await.unwrap();

    drop(app);

    server.until(|record| record.over == 1).await;
}

#[tokio::test]
async fn when_the_last_handle_goes_no_task_is_left() {
    let server = H2Server::start(H2Behaviour::Ok).await;
    let silent = H2Server::start(H2Behaviour::Silence).await;
    let before = tasks();
    let app = app()
        .at(server.addr())
        .host_at(crate::support::OTHER, silent.addr())
        .start();
    app.get_h2(URL).await.unwrap();
    let silent_call = app.start(
        URL,
        Exchange {
            protocol: Protocol::Http2,
            ..Exchange::new(Method::GET)
        },
    );

    drop(silent_call);
    drop(app);

    until_tasks_are(before + 2).await;
}

#[tokio::test]
async fn a_call_goes_on_when_only_its_task_is_left() {
    let server = scripted([Script::answering(answer(200, &[], "ok"))]).await;
    let app = app().at(server.addr()).start();
    let task = app.start_get(URL);
    let journal = app.journal.clone();

    drop(app);

    assert_eq!(kind(&watch(task).await.outcome), "200 \"ok\"");
    assert_eq!(journal.count(|entry| *entry == Entry::Settled), 1);
}

#[tokio::test]
async fn a_reader_that_doesnt_read_holds_the_server_back() {
    let server = scripted([hostile::endless_body()]).await;
    let app = app().at(server.addr()).start();

    let exchange = Exchange {
        delivery: Delivery::Chunked,
        ..Exchange::new(Method::GET)
    };
    let mut task = app.start(URL, exchange);
    app.journal
        .until(1, |entry| *entry == Entry::FirstByte(200))
        .await;
    tokio::time::pause();
    app.journal.until(1, |entry| *entry == Entry::Settled).await;
    tokio::time::resume();

    let mut bytes = 0;
    while let Some(event) = task.next().await {
        match event {
            Event::Chunk(chunk) => bytes += chunk.len(),
            Event::Settled(outcome) => assert_eq!(kind(&outcome), "timed out: Body"),
            Event::Headers(_) | Event::Progress(_) => {}
        }
    }
    assert!(
        bytes <= 4 << 20,
        "{bytes} bytes were kept for a reader that didn't come"
    );
}

#[tokio::test]
async fn a_reader_that_reads_slowly_gets_everything() {
    let sent = Bytes::from(vec![b'a'; 8 << 20]);
    let expected = sent.clone();
    let server = origin(move |_: &Asked| reply(200, &[], sent.clone())).await;
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let app = app().at(server.addr()).start();
        let exchange = Exchange {
            protocol,
            delivery: Delivery::Chunked,
            ..Exchange::new(Method::GET)
        };

        let mut task = app.start(URL, exchange);
        let mut received = Vec::new();
        while let Some(event) = task.next().await {
            tokio::task::yield_now().await;
            if let Event::Chunk(chunk) = event {
                received.extend_from_slice(&chunk);
            }
        }

        assert_eq!(received.len(), expected.len());
    }
}

#[tokio::test]
async fn an_engine_survives_many_aborted_calls() {
    let server = scripted([hostile::handshake_then_silence()]).await;
    let app = app().at(server.addr()).start();

    for _ in 0..50 {
        let tasks: Vec<_> = (0..12).map(|_| app.start_get(URL)).collect();
        tokio::task::yield_now().await;
        drop(tasks);
    }
    let task = app.start_get(URL);
    app.journal.until(1, |entry| *entry == Entry::Sent).await;

    assert_eq!(
        kind(&finish_on_stopped_clock(task).await.outcome),
        "timed out: Head"
    );
    assert_eq!(app.journal.count(|entry| *entry == Entry::Settled), 601);
}
