use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use minigate_engine::{Body, Breach, Clock, Event, Failure, Head, Outcome, Progress, ResolveError, Task};
use minigate_policy::Reason;
use minigate_tls::TlsFault;

/// What a caller saw of a call.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) heads: Vec<Head>,
    pub(crate) chunks: Vec<Bytes>,
    pub(crate) progress: Vec<Progress>,
    pub(crate) outcome: Outcome,
}

/// Follows a call to its end: exactly one settlement, nothing after it.
pub(crate) async fn watch(mut task: Task) -> Seen {
    let (mut heads, mut chunks, mut progress, mut outcomes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    while let Some(event) = task.next().await {
        assert!(outcomes.is_empty(), "{event:?} follows the settlement");
        match event {
            Event::Headers(head) => heads.push(head),
            Event::Chunk(chunk) => chunks.push(chunk),
            Event::Progress(news) => progress.push(news),
            Event::Settled(outcome) => outcomes.push(*outcome),
        }
    }
    assert_eq!(outcomes.len(), 1, "a call settles once");
    assert!(heads.len() <= 1, "{heads:?}");
    Seen {
        heads,
        chunks,
        progress,
        outcome: outcomes.remove(0),
    }
}

/// Lets the time that is left pass at once: for a call whose server is known to be silent.
pub(crate) async fn finish_on_stopped_clock(task: Task) -> Seen {
    tokio::time::pause();
    let seen = watch(task).await;
    tokio::time::resume();
    seen
}

/// Lets the time that is left pass at once, from one moment that somebody waits for to the next: for a call whose server is
/// known to be silent. Also gives how long that is.
pub(crate) async fn finish_in_time(clock: &Clock, task: Task) -> (Outcome, Duration) {
    let start = clock.now();
    let mut watching = pin!(watch(task));
    loop {
        tokio::select! {
            biased;
            seen = &mut watching => return (seen.outcome, clock.now() - start),
            () = rest() => {
                let next = clock.next_wake().unwrap_or(start);
                clock.advance(next.saturating_duration_since(clock.now()));
            }
        }
    }
}

/// Follows a call whose waits are those of a clock, which is put forward whenever loopback has come to rest; also gives
/// how long the call took by it.
pub(crate) async fn finish_by(clock: &Clock, task: Task) -> (Outcome, Duration) {
    let start = clock.now();
    let mut watching = pin!(watch(task));
    loop {
        tokio::select! {
            biased;
            seen = &mut watching => return (seen.outcome, clock.now() - start),
            () = rest() => clock.advance(STEP),
        }
    }
}

/// Lets everything happen that can happen at this moment.
pub(crate) async fn rest() {
    for _ in 0..POLLS {
        tokio::task::yield_now().await;
    }
}

/// Each of them looks for what loopback has brought.
const POLLS: usize = 20;
const STEP: Duration = Duration::from_millis(5);

/// The status of an answer.
pub(crate) fn status(outcome: &Outcome) -> u16 {
    match outcome {
        Ok(reply) => reply.head.status.as_u16(),
        Err(failure) => panic!("no answer: {failure:?}"),
    }
}

/// The bytes of an answer.
pub(crate) fn body(outcome: &Outcome) -> Bytes {
    match outcome {
        Ok(reply) => match &reply.body {
            Body::Text(text, _) => text.as_bytes().clone(),
            Body::Bytes(bytes) => bytes.clone(),
            Body::Stored(stored) => stored.location.clone().into(),
        },
        Err(failure) => panic!("no answer: {failure:?}"),
    }
}

/// An outcome in short, to be compared with what is expected: `200 "hello"`, `broken: truncated`, `timed out: Head` …
pub(crate) fn kind(outcome: &Outcome) -> String {
    match outcome {
        Ok(_) => format!(
            "{} {:?}",
            status(outcome),
            String::from_utf8_lossy(&body(outcome))
        ),
        Err(Failure::Denied(denial)) => format!("denied: {}", reason(denial.reason())),
        Err(Failure::TimedOut { phase, .. }) => format!("timed out: {phase:?}"),
        Err(Failure::Unresolved(ResolveError::NotFound { .. })) => "unresolved: not found".to_owned(),
        Err(Failure::Unresolved(ResolveError::Failed { .. })) => "unresolved: failed".to_owned(),
        Err(Failure::Disconnected { how, .. }) => format!("disconnected: {how:?}"),
        Err(Failure::NotConnected { kind, .. }) => format!("not connected: {kind:?}"),
        Err(Failure::Insecure { fault, .. }) => format!("insecure: {}", tls(fault)),
        Err(Failure::Broken { breach, .. }) => format!("broken: {}", broken(breach)),
        Err(other) => format!("{other:?}")
            .split([' ', '{'])
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}

/// Whether an outcome is one of those that are expected, which a bar divides.
pub(crate) fn is_one_of(found: &str, expected: &str) -> bool {
    expected.split(" | ").any(|expected| expected == found)
}

fn reason(reason: &Reason) -> String {
    format!("{reason:?}")
        .split([' ', '{'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn tls(fault: &TlsFault) -> String {
    match fault {
        TlsFault::Certificate(fault) => format!("{} {}", fault.rule(), variant(fault)),
        other => variant(other),
    }
}

fn broken(breach: &Breach) -> &'static str {
    match breach {
        Breach::Empty => "empty",
        Breach::Truncated => "truncated",
        Breach::Reset => "reset",
        Breach::HeadTooLarge => "head too large",
        Breach::Malformed { .. } => "malformed",
        Breach::Http2 { .. } => "h2",
        Breach::Coding { .. } => "coding",
        _ => "otherwise",
    }
}

fn variant(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}")
        .split([' ', '(', '{'])
        .next()
        .unwrap_or_default()
        .to_owned()
}
