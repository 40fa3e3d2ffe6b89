//! Following a list: fetched, verified, kept, and asked for again when there is a new one.

mod events;
mod state;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use sse_stream::{Sse, SseByteStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use crate::cache::{Cache, KeptKeys, KeptList};
use crate::client::{Client, Given, Setup, SetupError};
use crate::problem::Problem;
use crate::trust::{self, Ring, Trusted};
use crate::{KeySet, Published, Refusal, Thumbprint, TokenError};
use events::{frames, tag};
pub use state::{Held, State};

/// When a client asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pace {
    /// How long it waits at most between two questions while it can't listen: 60 s.
    pub poll: Duration,
    /// How often it asks while it listens, in case that it missed something: 10 min.
    pub refresh: Duration,
    /// How long the stream may be silent before it counts as dead: 45 s.
    pub silence: Duration,
    /// How long it waits after the first failure; each further one doubles it, up to `poll`: 1 s.
    pub retry: Duration,
    /// For how long after a new list an older one counts as what caches still have, and not as a replay: 3 min, since the
    /// console lets them give it for two.
    pub lag: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(60),
            refresh: Duration::from_mins(10),
            silence: Duration::from_secs(45),
            retry: Duration::from_secs(1),
            lag: Duration::from_mins(3),
        }
    }
}

/// Follows one app's list until it is dropped.
#[derive(Debug)]
pub struct Follower {
    state: watch::Receiver<State>,
    following: AbortHandle,
}

impl Follower {
    /// Takes what the disk has, asks the console once, and follows it from then on, on the tokio runtime it is called on.
    ///
    /// It comes back with whatever there is after 10 s for each of two or three questions at most; a console that is away
    /// is asked again.
    ///
    /// # Errors
    /// [`SetupError`].
    pub async fn start(setup: Setup) -> Result<Self, SetupError> {
        let mut following = Following::new(setup)?;
        following.refresh(None).await;
        let state = following.state.subscribe();
        let following = tokio::spawn(following.follow()).abort_handle();
        Ok(Self { state, following })
    }

    /// What there is by now.
    #[must_use]
    pub fn state(&mut self) -> State {
        self.state.borrow_and_update().clone()
    }

    /// Waits for a change of it. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        if self.state.changed().await.is_err() {
            // The task ended with its runtime.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.following.abort();
    }
}

/// The task's own.
struct Following {
    setup: Setup,
    client: Client,
    cache: Option<Cache>,
    is_loaded: bool,
    keys: Option<KeySet>,
    keys_fetched: Option<Instant>,
    etag: Option<String>,
    signed: String,
    /// When the list that is held came from the console.
    came: Option<Instant>,
    /// The age of it on disk; none where it isn't there.
    kept: Option<Timestamp>,
    state: watch::Sender<State>,
}

impl Following {
    fn new(setup: Setup) -> Result<Self, SetupError> {
        let state = State {
            console: setup.console().as_str().trim_end_matches('/').into(),
            ..State::default()
        };
        Ok(Self {
            client: Client::new(&setup)?,
            cache: setup.cache.as_ref().map(|root| Cache::of(root, setup.console())),
            is_loaded: false,
            keys: None,
            keys_fetched: None,
            etag: None,
            signed: String::new(),
            came: None,
            kept: None,
            state: watch::Sender::new(state),
            setup,
        })
    }

    /// Takes what the disk has, and verifies it again: it may have been changed there. While the keys there are damaged,
    /// nothing is taken from the disk or the console.
    fn load(&mut self) -> Result<(), Problem> {
        let Some(cache) = self.cache.clone() else {
            return Ok(());
        };
        let now = (self.setup.clock)();
        if self.load_keys(&cache, now)?
            && let Err(problem) = self.load_list(&cache, now)
        {
            let unused = Some(Arc::new(problem));
            self.state.send_modify(|state| state.unused = unused);
        }
        Ok(())
    }

    /// Tells whether there are keys that a list can be verified with.
    fn load_keys(&mut self, cache: &Cache, now: Timestamp) -> Result<bool, Problem> {
        let kept = match (cache.keys(), &self.setup.key) {
            // What is demanded makes up for what was kept.
            (Err(_), Some(_)) => return Ok(false),
            (kept, given) => kept?.filter(|kept| kept.trusted.agrees_with(given.as_ref())),
        };
        let Some(kept) = kept else { return Ok(false) };
        match trust::take(&kept.signed, Some(&kept.trusted), now) {
            Ok(ring) => self.adopt(ring),
            Err(_) if self.setup.key.is_some() => return Ok(false),
            // Its signer's time may be over by now: the console is still held to the others.
            Err(Problem::UnknownKeys { .. } | Problem::Keys(TokenError::EndedKey { .. })) => {
                self.trust(kept.trusted);
                return Ok(false);
            }
            Err(problem) => return Err(cache.bad_keys(&problem)),
        }
        Ok(true)
    }

    fn load_list(&mut self, cache: &Cache, now: Timestamp) -> Result<(), Problem> {
        let app = self.setup.app();
        let Some(list) = cache.list(app)? else {
            return Ok(());
        };
        // It was good when it came, and stays the last good list though its key has ended since.
        let opened = self.open(&list.signed, list.fetched_at.min(now));
        let published = opened.map_err(|refusal| cache.bad_list(app, &refusal))?;
        self.kept = Some(list.fetched_at);
        self.hold(published, list);
        Ok(())
    }

    async fn follow(mut self) {
        let mut failures = 0;
        loop {
            let stream = self.client.events().await;
            self.refresh(None).await;
            let began = Instant::now();
            if let Ok(stream) = stream {
                self.listen(stream).await;
            }
            // What holds is worth a quick return; what breaks off at once isn't.
            failures = if began.elapsed() > self.setup.pace.silence {
                0
            } else {
                failures + 1
            };
            sleep_until(Instant::now() + self.pause(failures)).await;
        }
    }

    /// Longer with each failure, and never in step with other clients.
    fn pause(&self, failures: u32) -> Duration {
        let Pace { poll, retry, .. } = &self.setup.pace;
        let longest = retry.saturating_mul(1 << failures.min(16)).min(*poll);
        longest.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// Until the stream ends or falls silent.
    async fn listen(&mut self, body: Incoming) {
        let mut events = pin!(SseByteStream::new(frames(body, self.setup.pace.silence)));
        loop {
            let again = Instant::now() + self.setup.pace.refresh;
            // The stream keeps what it has read, so the event may be dropped halfway.
            let event = tokio::select! {
                event = events.next() => event,
                () = sleep_until(again) => Some(Ok(Sse::default())),
            };
            match event {
                Some(Ok(event)) => self.refresh(tag(&event).as_deref()).await,
                Some(Err(_)) | None => return,
            }
        }
    }

    /// Asks once, and says what came of it.
    async fn refresh(&mut self, named: Option<&str>) {
        let outcome = self.fetch(named).await;
        let problem = outcome.err().map(Arc::new);
        self.state.send_if_modified(|state| {
            let is_news = state.problem != problem;
            state.problem = problem;
            is_news
        });
    }

    async fn fetch(&mut self, named: Option<&str>) -> Result<(), Problem> {
        if !self.is_loaded {
            self.load()?;
            self.is_loaded = true;
        }
        let is_old = self.keys_fetched.is_none_or(|at| at.elapsed() > KEYS_HOLD);
        if is_old {
            self.fetch_keys(None).await?;
        }
        match self.client.list(self.known(), named).await? {
            Given::Unchanged => self.confirm(),
            Given::New { signed, etag } => {
                let fetched_at = (self.setup.clock)();
                let list = KeptList {
                    signed,
                    etag,
                    fetched_at,
                };
                match self.verify(&list).await {
                    Err(Problem::Refused(Refusal::GoneBack { .. })) if self.is_news_to_caches() => {
                        return Ok(());
                    }
                    verified => self.hold(verified?, list),
                }
                (self.came, self.kept) = (Some(Instant::now()), None);
            }
        }
        self.keep().await;
        Ok(())
    }

    /// Whether what is held came so lately that a cache may still have the one before: an event names a list past the
    /// caches, and the next question, which names none, is answered by them.
    fn is_news_to_caches(&self) -> bool {
        self.came.is_some_and(|at| at.elapsed() < self.setup.pace.lag)
    }

    /// The ETag of the list that is held, while its signature is good: once its key has ended, a cache that says "unchanged"
    /// confirms what nobody may sign any more.
    fn known(&self) -> Option<&str> {
        let etag = self.etag.as_deref()?;
        self.open(&self.signed, (self.setup.clock)()).ok()?;
        Some(etag)
    }

    /// The console's newest set of keys is asked for where a key isn't known, or only announced: it may sign by now.
    async fn verify(&mut self, list: &KeptList) -> Result<Published, Problem> {
        let opened = self.open(&list.signed, list.fetched_at);
        let missed = match &opened {
            Err(Refusal::Token(error)) => error.missed_key(),
            _ => None,
        };
        let Some(missed) = missed else {
            return Ok(opened?);
        };
        self.fetch_keys(Some(&missed)).await?;
        Ok(self.open(&list.signed, list.fetched_at)?)
    }

    async fn fetch_keys(&mut self, signer: Option<&Thumbprint>) -> Result<(), Problem> {
        let signed = self.client.keys(signer).await?;
        let now = (self.setup.clock)();
        let known = self.state.borrow().trusted.clone();
        let known = match (known, self.setup.key.clone()) {
            (Some(known), _) => Some((*known).clone()),
            (None, Some(given)) => Some(Trusted::given(given, now)),
            (None, None) => None,
        };
        let ring = trust::take(&signed, known.as_ref(), now)?;
        let kept = KeptKeys {
            trusted: ring.trusted.clone(),
            signed,
        };
        let is_news = known.as_ref() != Some(&ring.trusted);
        self.adopt(ring);
        self.keys_fetched = Some(Instant::now());
        if is_news {
            self.write(move |cache| cache.keep_keys(&kept)).await;
        }
        Ok(())
    }

    fn adopt(&mut self, ring: Ring) {
        self.keys = Some(ring.set);
        self.trust(ring.trusted);
    }

    fn trust(&self, trusted: Trusted) {
        let trusted = Some(Arc::new(trusted));
        self.state.send_if_modified(|state| {
            let is_news = state.trusted != trusted;
            state.trusted = trusted;
            is_news
        });
    }

    /// A list that is signed by a key that may at a moment, the app's own, and not older than the one that is held.
    fn open(&self, signed: &str, now: Timestamp) -> Result<Published, Refusal> {
        let none = KeySet {
            sequence: 0,
            keys: Vec::new(),
        };
        let keys = self.keys.as_ref().unwrap_or(&none);
        let published = Published::open(signed, self.setup.app(), keys, now)?;
        let seen = self
            .state
            .borrow()
            .held
            .as_ref()
            .map(|held| held.published.sequence);
        match seen.filter(|seen| published.sequence < *seen) {
            Some(seen) => Err(Refusal::GoneBack {
                found: published.sequence,
                seen,
            }),
            None => Ok(published),
        }
    }

    fn hold(&mut self, published: Published, list: KeptList) {
        self.etag = list.etag;
        self.signed = list.signed;
        let held = Held {
            published,
            fetched_at: list.fetched_at,
        };
        self.state.send_modify(|state| state.held = Some(Arc::new(held)));
    }

    /// The console says that the list is still the newest.
    fn confirm(&mut self) {
        let now = (self.setup.clock)();
        self.state.send_modify(|state| {
            if let Some(held) = &mut state.held {
                Arc::make_mut(held).fetched_at = now;
            }
        });
    }

    /// A new list at once; of one that was confirmed its age, now and then.
    async fn keep(&mut self) {
        let Some(list) = self.unkept() else { return };
        let age = |kept| list.fetched_at.duration_since(kept);
        if self.kept.is_some_and(|kept| age(kept) < AGE_WAITS) {
            return;
        }
        let (app, fetched_at) = (self.setup.app().clone(), list.fetched_at);
        if self.write(move |cache| cache.keep_list(&app, &list)).await {
            self.kept = Some(fetched_at);
        }
    }

    /// The list that is held, where the disk hasn't it as it is.
    fn unkept(&self) -> Option<KeptList> {
        let fetched_at = self.state.borrow().held.as_ref()?.fetched_at;
        (self.kept != Some(fetched_at)).then(|| KeptList {
            signed: self.signed.clone(),
            etag: self.etag.clone(),
            fetched_at,
        })
    }

    /// Away from the thread that an app may run on, since a disk takes its time; says whether it was done.
    async fn write(&self, write: impl FnOnce(&Cache) -> Result<(), Problem> + Send + 'static) -> bool {
        let Some(cache) = self.cache.clone() else {
            return false;
        };
        // A runtime that ends begins nothing more.
        let Ok(kept) = spawn_blocking(move || write(&cache)).await else {
            return false;
        };
        let is_kept = kept.is_ok();
        self.note(kept);
        is_kept
    }

    fn note(&self, kept: Result<(), Problem>) {
        let unkept = kept.err().map(Arc::new);
        self.state.send_if_modified(|state| {
            let is_news = state.unkept != unkept;
            state.unkept = unkept;
            is_news
        });
    }
}

impl Drop for Following {
    /// Keeps when the list was confirmed last.
    fn drop(&mut self) {
        if let (Some(cache), Some(list)) = (&self.cache, self.unkept()) {
            // Nobody is left who could be told.
            let _ = cache.keep_list(self.setup.app(), &list);
        }
    }
}

/// How much older than it is a list that was confirmed may be on disk.
const AGE_WAITS: SignedDuration = SignedDuration::from_mins(5);
const KEYS_HOLD: Duration = Duration::from_hours(1);
