//! Every call settles once, in the documented order, and leaves its slot, whatever the app, the network and the server
//! do.

mod ledger;

use std::sync::Arc;
use std::time::Duration;

use arbitrary::Arbitrary;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use minigate_engine::{
    Conditions, Cut, Delivery, Engine, Event, Exchange, Expect, Failure, Fault, Head, HostFault, Loss,
    Network, Outcome, Payload, Preset, Receiver, Redirect, Task, Unstored,
};
use minigate_policy::{Call, Interface, Overflow, Policy, Profile, Undecodable, Visibility};
use tokio::time::{Instant, sleep_until, timeout};

use crate::answer::{Act, polite};
use crate::form::Held;
use crate::stage::{HOSTS, Stage, block_on, engine, policy};
use ledger::Ledger;

/// An app, its calls, its servers, and what happens meanwhile.
#[derive(Arbitrary, Debug)]
pub struct Scene {
    slots: u8,
    is_shared: bool,
    refuses: bool,
    counts_queue: bool,
    keeps_chunks: bool,
    replaces: bool,
    network: Option<Weather>,
    calls: Vec<Asked>,
    servers: Vec<Act>,
    events: Vec<(u16, Happening)>,
}

#[derive(Arbitrary, Debug)]
struct Asked {
    /// Tenths of a second after the beginning.
    at: u8,
    interface: Kind,
    host: u8,
    method: u8,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    body: Sent,
    timeout: Option<u16>,
    is_manual: bool,
    is_chunked: bool,
    expects: Wanted,
    /// The app takes the events slowly, or not at all.
    reads: Reading,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind {
    Request,
    Upload,
    Download,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Sent {
    Bytes(u16),
    /// A file that says how long it is, and is so, or isn't.
    Stream {
        said: u16,
        length: u16,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Wanted {
    Text,
    Bytes,
    Stored { fails_after: Option<u8> },
}

#[derive(Arbitrary, Clone, Copy, Debug, Eq, PartialEq)]
enum Reading {
    AtOnce,
    Slowly,
    /// The call is dropped after so many events.
    DropsAfter(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Happening {
    Abort(u8),
    Hide,
    Pin,
    Show,
    Network(Weather),
    Cut(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Weather {
    Good,
    Preset(u8),
    Rough { rtt: u8, rate: u16, loss: u8, seed: u8 },
    Silent,
    Fault { host: u8, kind: u8, after: u16 },
}

/// Plays a scene and panics where something doesn't hold.
pub fn play(scene: Scene) {
    block_on(run(scene));
}

async fn run(mut scene: Scene) {
    scene.calls.truncate(6);
    scene.servers.truncate(16);
    scene.events.truncate(12);
    let profile = scene.profile();
    let conditions = scene
        .network
        .map_or_else(Conditions::default, |weather| Conditions::new(weather.network()));
    let stage = Stage::new(
        std::mem::take(&mut scene.servers).into_iter().map(Act::serve),
        polite,
    );
    let ledger = Arc::<Ledger>::default();
    let engine = engine(profile.clone(), &stage, |setup| {
        setup.conditions = conditions.clone();
        setup.journal = Arc::clone(&ledger) as _;
    });
    let policy = policy(profile.clone());
    let happening = Happenings::of(&scene, Instant::now());
    let calls = scene
        .calls
        .drain(..)
        .map(|asked| follow(asked, &engine, &policy, &happening));
    let all = futures_util::future::join_all(calls);
    let both = async { tokio::join!(all, happening.play(&engine, &conditions)) };
    timeout(LONGEST, both).await.expect("every call settles");
    // The driver ends what was dropped in a turn of its own.
    tokio::time::sleep(Duration::from_millis(1)).await;
    ledger.assert_complete();
    probe(&engine, &policy, &stage, &conditions, &profile).await;
}

impl Scene {
    fn profile(&self) -> Profile {
        Profile {
            calls_at_once: usize::from(self.slots % 3) + 1,
            shared_slots: self.is_shared,
            overflow: if self.refuses {
                Overflow::Refuse
            } else {
                Overflow::Queue
            },
            timeout_counts_queue: self.counts_queue,
            chunked_data: self.keeps_chunks,
            undecodable: if self.replaces {
                Undecodable::Replace
            } else {
                Undecodable::Fail
            },
            ..Profile::default()
        }
    }
}

/// What happens while the calls run.
struct Happenings {
    start: Instant,
    events: Vec<(Instant, Happening)>,
    aborts: Vec<tokio::sync::Notify>,
}

impl Happenings {
    fn of(scene: &Scene, start: Instant) -> Self {
        let mut events: Vec<_> = scene
            .events
            .iter()
            .map(|(at, event)| (start + tenths(*at), *event))
            .collect();
        events.sort_by_key(|(at, _)| *at);
        let aborts = scene.calls.iter().map(|_| tokio::sync::Notify::new()).collect();
        Self {
            start,
            events,
            aborts,
        }
    }

    async fn play(&self, engine: &Engine, conditions: &Conditions) {
        for (at, event) in &self.events {
            sleep_until(*at).await;
            match event {
                Happening::Abort(call) => {
                    if !self.aborts.is_empty() {
                        self.aborts[usize::from(*call) % self.aborts.len()].notify_one();
                    }
                }
                Happening::Hide => engine.set_visibility(Visibility::Background),
                Happening::Pin => engine.set_visibility(Visibility::Pinned),
                Happening::Show => engine.set_visibility(Visibility::Foreground),
                Happening::Network(weather) => conditions.set(weather.network()),
                Happening::Cut(how) => {
                    conditions.cut([Cut::Lost, Cut::Switched, Cut::Reset][usize::from(*how) % 3])
                }
            }
        }
    }

    /// Whether something like this was ever to happen.
    fn any(&self, is_like: impl Fn(&Happening) -> bool) -> bool {
        self.events.iter().any(|(_, event)| is_like(event))
    }
}

/// Makes a call and checks what its app sees.
async fn follow(asked: Asked, engine: &Engine, policy: &Policy, happening: &Happenings) {
    sleep_until(happening.start + tenths(u16::from(asked.at))).await;
    let call = asked.call();
    let reads = asked.reads;
    let timeout = asked.timeout();
    let started = Instant::now();
    let task = match policy.judge(&call) {
        Ok(permit) => engine.start(permit, asked.exchange()),
        Err(denial) => engine.refuse(denial, &Method::GET),
    };
    if let Some(seen) = take(task, reads, happening).await {
        seen.assert_sound(happening, policy.profile(), started.elapsed(), timeout);
    }
}

/// Takes a call's events; nothing where the app drops the call meanwhile.
async fn take(mut task: Task, reads: Reading, happening: &Happenings) -> Option<Seen> {
    let abort = happening.aborts.get(usize::try_from(task_number(&task)).ok()?);
    let mut seen = Seen::default();
    loop {
        if reads == Reading::DropsAfter(u8::try_from(seen.events).unwrap_or(u8::MAX)) {
            return None;
        }
        if reads == Reading::Slowly {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let event = match abort {
            None => task.next().await,
            Some(abort) => tokio::select! {
                event = task.next() => event,
                () = abort.notified() => {
                    task.abort();
                    continue;
                }
            },
        };
        match event {
            Some(event) => seen.add(event),
            None => return Some(seen),
        }
    }
}

fn task_number(task: &Task) -> u64 {
    task.call().to_string().parse().unwrap_or_default()
}

/// What an app saw of a call.
#[derive(Debug, Default)]
struct Seen {
    events: usize,
    heads: usize,
    chunks: usize,
    outcome: Option<Outcome>,
}

impl Seen {
    fn add(&mut self, event: Event) {
        assert!(self.outcome.is_none(), "{event:?} follows the settlement");
        self.events += 1;
        match event {
            Event::Headers(_) => {
                assert_eq!((self.heads, self.chunks), (0, 0), "one head, before the body");
                self.heads += 1;
            }
            Event::Chunk(chunk) => {
                assert_eq!(self.heads, 1, "the head comes before the body");
                assert!(!chunk.is_empty());
                self.chunks += 1;
            }
            Event::Settled(outcome) => self.outcome = Some(*outcome),
            _ => {}
        }
    }

    fn assert_sound(&self, happening: &Happenings, profile: &Profile, took: Duration, timeout: Duration) {
        let outcome = self.outcome.as_ref().expect("a call settles");
        match outcome {
            Ok(_) => assert_eq!(self.heads, 1, "an answer has a head"),
            Err(Failure::Aborted) => assert!(happening.any(|event| matches!(event, Happening::Abort(_)))),
            Err(Failure::Interrupted) => {
                assert!(happening.any(|event| matches!(event, Happening::Hide | Happening::Pin)));
            }
            Err(Failure::TooManyCalls { .. }) => assert_eq!(profile.overflow, Overflow::Refuse),
            Err(Failure::TimedOut { after, .. }) => assert!(*after == timeout && took >= timeout),
            Err(Failure::Internal { reason }) => panic!("{reason}"),
            Err(_) => {}
        }
    }
}

impl Asked {
    fn call(&self) -> Call {
        let interface = match self.interface {
            Kind::Request => Interface::Request,
            Kind::Upload => Interface::UploadFile,
            Kind::Download => Interface::DownloadFile,
        };
        let host = HOSTS[usize::from(self.host) % 2];
        let own = self.timeout.is_some().then(|| self.timeout());
        Call::new(interface, format!("http://{host}/")).with_timeout(own)
    }

    fn timeout(&self) -> Duration {
        self.timeout.map_or(MINUTE, |tenths_of| {
            tenths(tenths_of).clamp(Duration::from_millis(1), MINUTE)
        })
    }

    fn exchange(self) -> Exchange {
        let methods = [
            Method::GET,
            Method::POST,
            Method::HEAD,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
            Method::TRACE,
            Method::CONNECT,
        ];
        let mut exchange = Exchange::new(methods[usize::from(self.method) % methods.len()].clone());
        exchange.headers = fields(&self.fields);
        exchange.body = self.body.payload();
        if self.is_manual {
            exchange.redirect = Redirect::Manual;
        }
        if self.is_chunked {
            exchange.delivery = Delivery::Chunked;
        }
        exchange.expect = match self.expects {
            Wanted::Text => Expect::Text,
            Wanted::Bytes => Expect::Bytes,
            Wanted::Stored { fails_after } => Expect::Stored(Box::new(Shelf { fails_after })),
        };
        exchange
    }
}

impl Sent {
    fn payload(self) -> Payload {
        match self {
            Self::Bytes(length) => vec![b'b'; usize::from(length)].into(),
            Self::Stream { said, length } => Payload::Stream(Arc::new(Held {
                bytes: vec![b'b'; usize::from(length)],
                said: u64::from(said),
            })),
        }
    }
}

fn fields(written: &[(Vec<u8>, Vec<u8>)]) -> HeaderMap {
    let field = |(name, value): &(Vec<u8>, Vec<u8>)| {
        Some((
            HeaderName::from_bytes(name).ok()?,
            HeaderValue::from_bytes(value).ok()?,
        ))
    };
    written.iter().take(16).filter_map(field).collect()
}

/// Puts a body down, or fails to.
#[derive(Debug)]
struct Shelf {
    fails_after: Option<u8>,
}

impl Receiver for Shelf {
    fn begin(&mut self, _: &Head) -> Result<(), Unstored> {
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> Result<(), Unstored> {
        match &mut self.fails_after {
            Some(0) => Err(Unstored::QuotaExceeded),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn finish(self: Box<Self>) -> Result<String, Unstored> {
        Ok("shelf".to_owned())
    }
}

impl Weather {
    fn network(self) -> Network {
        match self {
            Self::Good => Network::default(),
            Self::Preset(number) => Preset::ALL[usize::from(number) % Preset::ALL.len()].network(),
            Self::Rough {
                rtt,
                rate,
                loss,
                seed,
            } => Network {
                rtt: Duration::from_millis(u64::from(rtt) * 10),
                jitter: Duration::from_millis(u64::from(rtt)),
                down: std::num::NonZeroU64::new(u64::from(rate) * 100),
                up: std::num::NonZeroU64::new(u64::from(rate) * 50),
                loss: Loss::share(f64::from(loss) / 255.0).unwrap(),
                seed: u64::from(seed),
                ..Network::default()
            },
            Self::Silent => Network {
                silent: true,
                ..Network::default()
            },
            Self::Fault { host, kind, after } => Network {
                faults: vec![HostFault {
                    host: HOSTS[usize::from(host) % 2].to_owned(),
                    fault: fault(kind, after),
                }],
                ..Network::default()
            },
        }
    }
}

fn fault(kind: u8, after: u16) -> Fault {
    match kind % 7 {
        0 => Fault::NoAddress,
        1 => Fault::SlowLookup(tenths(after)),
        2 => Fault::Refused,
        3 => Fault::Unreachable,
        4 => Fault::NeverConnects,
        5 => Fault::ResetAfter(u64::from(after)),
        _ => Fault::CloseAfter(u64::from(after)),
    }
}

/// Every slot is free again: as many calls as there are slots are answered at once.
async fn probe(engine: &Engine, policy: &Policy, stage: &Stage, conditions: &Conditions, profile: &Profile) {
    stage.clear();
    conditions.set(Network::default());
    engine.set_visibility(Visibility::Foreground);
    let start = Instant::now();
    let calls = (0..profile.calls_at_once).map(|_| {
        let call = Call::new(Interface::Request, format!("http://{}/", HOSTS[2]));
        engine
            .start(policy.judge(&call).unwrap(), Exchange::new(Method::GET))
            .outcome()
    });
    for outcome in futures_util::future::join_all(calls).await {
        let outcome = outcome.expect("a probe settles");
        assert!(outcome.is_ok(), "a slot isn't free: {outcome:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(1));
}

fn tenths(number: u16) -> Duration {
    Duration::from_millis(u64::from(number) * 100)
}

const MINUTE: Duration = Duration::from_secs(60);
/// Six calls, one after the other, each begun as late as can be, and read slowly.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
