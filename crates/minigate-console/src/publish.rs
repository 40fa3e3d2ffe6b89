//! What runtimes get: an app's lists, signed, from memory wherever they haven't changed.
//!
//! ```text
//!  GET ─► Publisher ─ nothing was committed since ───────────► the same bytes
//!             ├─ nothing that the log names this app for ────► the same bytes
//!             └─ read app, version, blocks and leave at one moment ─► sign ─► keep, tell the streams
//! ```
//! The same state gives the same bytes, on every console process, and a list that was served once is never followed by an
//! older one.

mod routes;
mod snapshot;
mod streams;
mod tidings;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::HeaderValue;
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use minigate_lists::SealError;
use minigate_policy::AppId;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

pub use routes::{ClientAddress, router, streams};
pub use streams::StreamLimits;

use crate::Clock;
use crate::app::AppError;
use crate::domains::DomainsError;
use crate::keys::{self, Keys, KeysError};
use crate::store::{Sequence, Store, StoreError};
use snapshot::Snapshot;
use streams::Streams;
use tidings::{Read, Tidings};

/// Signs and serves lists.
#[derive(Debug)]
pub struct Publisher {
    store: Arc<dyn Store>,
    newest: watch::Receiver<Sequence>,
    tidings: Tidings,
    clock: Clock,
    slots: RwLock<HashMap<AppId, Arc<Slot>>>,
    keys: RwLock<Option<(Sequence, Arc<Keys>)>>,
    streams: Streams,
    stop: CancellationToken,
}

/// A document as it is served.
#[derive(Debug)]
pub struct Signed {
    /// What is sent.
    pub bytes: Bytes,
    /// Its ETag.
    pub etag: HeaderValue,
    /// Its number; later ones are larger.
    pub sequence: u64,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// There is no such app, or the store doesn't do its work.
    #[error(transparent)]
    App(#[from] AppError),
    /// It can't be signed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// There are no keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Its version can't be read.
    #[error(transparent)]
    Domains(#[from] DomainsError),
    /// Its records change too quickly to be read as of one moment.
    #[error("its records change too quickly to be read as of one moment")]
    Restless,
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One app's.
#[derive(Debug)]
struct Slot {
    /// One request at a time reads the store; the others wait for what it finds.
    making: Mutex<()>,
    /// A list, and the commit up to which it is the newest.
    kept: RwLock<Option<(Sequence, Arc<Signed>)>>,
    /// The newest commit whose entry in the log names the app.
    named: AtomicI64,
    told: watch::Sender<Option<Arc<Signed>>>,
}

impl Publisher {
    /// Signs what is in a store; [`router()`] and [`streams()`] serve it, until [`Publisher::stop`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Clock, limits: StreamLimits) -> Arc<Self> {
        let newest = store.newest();
        let tidings = Tidings::since(*newest.borrow());
        Arc::new(Self {
            newest,
            tidings,
            store,
            clock,
            slots: RwLock::default(),
            keys: RwLock::default(),
            streams: Streams::new(limits),
            stop: CancellationToken::new(),
        })
    }

    /// How many streams are open.
    pub(crate) fn open_streams(&self) -> usize {
        self.streams.open()
    }

    /// Ends the streams, and the task that feeds them.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// An app's list, signed. It allows nothing where no version was published yet.
    ///
    /// It isn't older than the last commit that this process has heard of, nor than what was given before.
    ///
    /// # Errors
    /// [`PublishError`]; [`AppError::Unknown`] where there is no such app.
    pub async fn published(&self, app: &AppId) -> Result<Arc<Signed>, PublishError> {
        let slot = self.find(app);
        let kept = slot.as_ref().and_then(|slot| slot.fresh(self.newest()));
        match kept {
            Some(kept) => Ok(kept),
            None => self.renew(app).await,
        }
    }

    /// Keys, signed by each of them.
    fn seal(&self, keys: &Keys) -> Result<Signed, PublishError> {
        let now = self.clock.now();
        Ok(Signed::of(keys.seal(now)?, keys.set(now).sequence))
    }

    async fn renew(&self, app: &AppId) -> Result<Arc<Signed>, PublishError> {
        if self.find(app).is_none() {
            // An app that isn't there gets no slot: those are as many as apps.
            crate::app::find(&*self.store, app).await?;
        }
        let slot = self.slot(app);
        let _making = slot.making.lock().await;
        // What is read from now on is at least so new.
        let read = self.catch_up().await?;
        if let Some(kept) = slot.confirm(read) {
            return Ok(kept);
        }
        let snapshot = Snapshot::read(&*self.store, app).await?;
        let keys = self.keys().await?;
        let key = keys.signing().ok_or(KeysError::NoneAnnounced)?;
        let published = snapshot.published(app);
        let signed = Signed::of(published.seal(key)?, published.sequence);
        Ok(slot.keep(read.to, signed))
    }

    async fn keys(&self) -> Result<Arc<Keys>, PublishError> {
        let read = self.catch_up().await?;
        let kept = self.keys.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, keys)) = kept.filter(|(at, _)| *at >= read.everyone) {
            return Ok(keys);
        }
        let keys = Arc::new(keys::load_or_make(&*self.store, self.clock.now()).await?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some((read.to, Arc::clone(&keys)));
        Ok(keys)
    }

    /// Reads what the log says of every commit that this process has heard of.
    async fn catch_up(&self) -> Result<Read, StoreError> {
        let name = |app: &str, sequence| {
            // A list that gets its slot later is read later than this was committed.
            if let Some(slot) = app.parse().ok().and_then(|app| self.find(&app)) {
                slot.named.fetch_max(sequence, Ordering::AcqRel);
            }
        };
        self.tidings.read_to(self.newest(), &*self.store, name).await
    }

    /// After each commit, tells the streams of every app whose list has changed.
    async fn broadcast(self: Arc<Self>) {
        let mut newest = self.newest.clone();
        let mut has_failed = false;
        loop {
            tokio::select! {
                changed = newest.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(PAUSE), if has_failed => {}
                () = self.stop.cancelled() => return,
            }
            newest.mark_unchanged();
            has_failed = false;
            for app in self.listened() {
                has_failed |= self.published(&app).await.is_err();
            }
        }
    }

    fn listened(&self) -> Vec<AppId> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let listened = slots.iter().filter(|(_, slot)| slot.told.receiver_count() > 0);
        listened.map(|(app, _)| app.clone()).collect()
    }

    fn newest(&self) -> Sequence {
        *self.newest.borrow()
    }

    fn find(&self, app: &AppId) -> Option<Arc<Slot>> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.get(app).cloned()
    }

    fn slot(&self, app: &AppId) -> Arc<Slot> {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(app.clone()).or_insert_with(|| {
            Arc::new(Slot {
                making: Mutex::default(),
                kept: RwLock::default(),
                named: AtomicI64::default(),
                told: watch::Sender::default(),
            })
        });
        Arc::clone(slot)
    }
}

impl Slot {
    /// What is kept, unless something was committed since.
    fn fresh(&self, newest: Sequence) -> Option<Arc<Signed>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (at, signed) = kept.as_ref()?;
        (*at >= newest).then(|| Arc::clone(signed))
    }

    /// What is kept, unless the log names a reason to read it anew.
    fn confirm(&self, read: Read) -> Option<Arc<Signed>> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let (at, signed) = kept.as_mut()?;
        let changed = read.everyone.max(self.named.load(Ordering::Acquire));
        if *at < changed {
            return None;
        }
        *at = read.to.max(*at);
        Some(Arc::clone(signed))
    }

    /// Keeps a list as of a commit; the one that is kept stays where it is the same or newer.
    fn keep(&self, newest: Sequence, signed: Signed) -> Arc<Signed> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let signed = match kept.take() {
            Some((_, old)) if old.etag == signed.etag || old.sequence > signed.sequence => old,
            _ => Arc::new(signed),
        };
        *kept = Some((newest, Arc::clone(&signed)));
        drop(kept);
        self.told.send_if_modified(|told| {
            let is_news = told.as_ref().is_none_or(|told| told.etag != signed.etag);
            *told = Some(Arc::clone(&signed));
            is_news
        });
        signed
    }
}

impl Signed {
    fn of(text: String, sequence: u64) -> Self {
        let digest = BASE64URL_NOPAD.encode(&Sha256::digest(&text));
        let tag = digest.get(..TAG).unwrap_or_default();
        let etag = HeaderValue::try_from(format!("\"{tag}\""));
        Self {
            bytes: text.into(),
            etag: etag.unwrap_or(HeaderValue::from_static("\"\"")),
            sequence,
        }
    }

    /// Its ETag without its quotes.
    fn tag(&self) -> &str {
        self.etag.to_str().unwrap_or_default().trim_matches('"')
    }
}

/// After which what couldn't be read is read again.
const PAUSE: Duration = Duration::from_secs(1);
/// 132 bits: two lists don't meet.
const TAG: usize = 22;
