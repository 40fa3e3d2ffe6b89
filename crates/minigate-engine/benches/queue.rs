//! Ten thousand calls that wait: what each costs in memory, and how long it takes to make, abort and settle them.

#![expect(clippy::unwrap_used, reason = "a measurement that can't be set up fails")]

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use http::Method;
use minigate_engine::{Engine, Exchange, Setup, Task};
use minigate_policy::{Call, DomainLists, Interface, Policy, Profile, WrittenLists};
use minigate_testkit::FakeResolver;
use minigate_tls::{RootSource, Roots, Trust};
use tokio::runtime::Builder;
use tokio::task::yield_now;

const CALLS: usize = 10_000;

fn queue(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (policy, engine) = runtime.block_on(async { app() });
    tell_memory(&runtime.block_on(measure(&policy, &engine)));
    let mut group = c.benchmark_group("queue");
    for calls in [CALLS / 10, CALLS] {
        group.throughput(Throughput::Elements(calls as u64));
        group.bench_function(BenchmarkId::new("submit and abort", calls), |b| {
            b.iter(|| runtime.block_on(async { end(submit(calls, &policy, &engine).await).await }));
        });
    }
    group.finish();
}

async fn measure(policy: &Policy, engine: &Engine) -> String {
    let before = resident();
    let tasks = submit(CALLS, policy, engine).await;
    let after = resident();
    end(tasks).await;
    let each = (after - before) / CALLS;
    format!("{CALLS} waiting calls: {each} bytes each")
}

async fn submit(calls: usize, policy: &Policy, engine: &Engine) -> Vec<Task> {
    let call = Call::new(Interface::Request, "https://api.example.com/v1/items?page=1");
    let start = |_| engine.start(policy.judge(&call).unwrap(), Exchange::new(Method::GET));
    let tasks = (0..calls).map(start).collect();
    yield_now().await;
    tasks
}

async fn end(tasks: Vec<Task>) {
    tasks.iter().for_each(Task::abort);
    for task in tasks {
        task.outcome().await.unwrap().unwrap_err();
    }
}

/// An app whose calls wait for an address that never comes.
fn app() -> (Policy, Engine) {
    let written = WrittenLists {
        request: vec!["https://api.example.com".to_owned()],
        ..WrittenLists::default()
    };
    let policy = Policy::new("wx1".parse().unwrap()).with_lists(DomainLists::parse(&written, 20).unwrap());
    let roots = Roots::load(&[RootSource::Bundled]).unwrap();
    let mut setup = Setup::new(Profile::default(), Trust::new(roots));
    setup.resolver = Arc::new(FakeResolver::new().with_silence("api.example.com"));
    (policy, Engine::new(setup))
}

/// The process's resident memory in bytes (proc(5)), in pages of 4 KiB.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[expect(clippy::print_stdout, reason = "a measurement is there to be read")]
fn tell_memory(text: &str) {
    println!("{text}");
}

criterion_group!(benches, queue);
criterion_main!(benches);
