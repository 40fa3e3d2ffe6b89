//! A small `GET` over TLS and HTTP/1.1 with keep-alive, ten at once, against one origin on a thread of its own: the engine,
//! bare hyper connections, and the pool of hyper-util.

#![expect(clippy::unwrap_used, reason = "a measurement that can't be set up fails")]

mod support;

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use http::{Method, Request};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use minigate_engine::{Exchange, Protocol};
use minigate_policy::{Call, Interface};
use support::connector::{Connector, connect};
use support::{HOST, Served, URL, app, runtime};

const AT_ONCE: usize = 10;
const EACH: usize = 50;

fn get(c: &mut Criterion) {
    let served = Served::start();
    let mut group = c.benchmark_group("get");
    group.throughput(Throughput::Elements((AT_ONCE * EACH) as u64));
    hyper(&mut group, &served);
    pool(&mut group, &served);
    engine(&mut group, &served, Protocol::Http1);
    engine(&mut group, &served, Protocol::Http2);
    group.finish();
}

type Group<'a> = criterion::BenchmarkGroup<'a, criterion::measurement::WallTime>;

fn hyper(group: &mut Group<'_>, served: &Served) {
    let runtime = runtime();
    let mut senders = runtime.block_on(async {
        let connections = (0..AT_ONCE).map(|_| bare(served));
        join_all(connections).await
    });
    group.bench_function("hyper", |b| {
        b.iter(|| {
            let calls = senders.iter_mut().map(async |sender| {
                for _ in 0..EACH {
                    let response = sender.send_request(request("/")).await.unwrap();
                    black_box(response.into_body().collect().await.unwrap().to_bytes());
                    sender.ready().await.unwrap();
                }
            });
            runtime.block_on(join_all(calls));
        });
    });
}

async fn bare(served: &Served) -> SendRequest<Empty<Bytes>> {
    let stream = connect(served).await;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn pool(group: &mut Group<'_>, served: &Served) {
    let runtime = runtime();
    let client = Client::builder(TokioExecutor::new()).build(Connector::to(served));
    group.bench_function("hyper-util", |b| {
        b.iter(|| {
            let calls = (0..AT_ONCE).map(async |_| {
                for _ in 0..EACH {
                    let response = client.request(request(URL)).await.unwrap();
                    black_box(response.into_body().collect().await.unwrap().to_bytes());
                }
            });
            runtime.block_on(join_all(calls));
        });
    });
}

fn request(target: &str) -> Request<Empty<Bytes>> {
    let request = Request::get(target)
        .header("host", HOST)
        .header(
            "referer",
            "https://servicewechat.com/wx1/devtools/page-frame.html",
        )
        .header("user-agent", "Mozilla/5.0")
        .header("accept", "*/*")
        .header("accept-encoding", "gzip, deflate, br, zstd");
    request.body(Empty::new()).unwrap()
}

/// From the permit on: slot, exchange, text and journal.
fn engine(group: &mut Group<'_>, served: &Served, protocol: Protocol) {
    let runtime = runtime();
    let (policy, engine) = runtime.block_on(async { app(served) });
    let permit = policy.judge(&Call::new(Interface::Request, URL)).unwrap();
    let id = BenchmarkId::new("engine", format!("{protocol:?}"));
    group.bench_function(id, |b| {
        b.iter(|| {
            let calls = (0..AT_ONCE).map(async |_| {
                for _ in 0..EACH {
                    let exchange = Exchange {
                        protocol,
                        ..Exchange::new(Method::GET)
                    };
                    let outcome = engine.start(permit.clone(), exchange).outcome().await;
                    black_box(outcome.unwrap().unwrap());
                }
            });
            runtime.block_on(join_all(calls));
        });
    });
}

criterion_group!(benches, get);
criterion_main!(benches);
