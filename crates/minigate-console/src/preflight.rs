//! A look at everything that a draft names, before it is published.
//!
//! ```text
//!  begin ─► Started (a record: one at a time for each app) ─► run ─► Preflight, kept with its lists
//!             └─ over when it gives no sign of life for a minute, should its process die
//!  draft's lists ─► entries (D3, D4, D6), block list, filing (D5) ─┐
//!             └─► each host, 4 at a time ─► Inspector ─► HostCheck ┴─► passed or not
//! ```
//! A draft names hosts, and the console then connects to them. So unless an operator says otherwise, names that resolve to
//! anything but public addresses are refused before anybody connects, and what was judged is what is dialled.

mod beat;
mod certificates;
mod inspect;
mod kept;
mod report;
mod tell;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use minigate_inspect::check::Terms;
use minigate_policy::{AppId, Entry, Interface, Policy, WrittenLists};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, sleep};

pub use beat::Progress;
pub use certificates::{Ending, ending, endings_of};
pub use inspect::{Hosts, Inspector};
pub(crate) use kept::Kept;
pub use kept::{PreflightFault, of_draft, of_effective};
pub use report::{AddressCheck, DeviceCell, EntryCheck, Found, HostCheck, Preflight};

use crate::By;
use crate::action::Action;
use crate::app::App;
use crate::block::Blocks;
use crate::bulk::{Fault, judge_text};
use crate::domains::{Domains, DomainsError};
use crate::filing::{FilingOf, FilingRegister, FilingTerms, Inquiry, RegisterKind};
use crate::moment::after;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// A pre-flight that is under way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// Who began it.
    pub by: String,
    /// When.
    pub since: Timestamp,
    /// When another one can begin, whatever has become of this one.
    pub until: Timestamp,
    /// How far it has come, a few seconds ago.
    #[serde(skip)]
    pub progress: Progress,
}

/// A pre-flight that has begun and is to be run. It can be dropped: another one can begin a minute later.
#[derive(Debug)]
pub struct Started {
    id: AppId,
    app: App,
    lists: WrittenLists,
    record: Record,
    by: By,
}

/// What needs no look at a host.
#[derive(Debug)]
pub(crate) struct Asked {
    blocks: Blocks,
    filings: Vec<FilingOf>,
    register: RegisterKind,
    terms: FilingTerms,
}

/// Why a pre-flight can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreflightError {
    /// One is under way.
    #[error("a pre-flight is under way; it ends by {}", .0.until)]
    Running(Running),
    /// There is no draft, or no app.
    #[error(transparent)]
    Domains(#[from] DomainsError),
    /// The store doesn't do its work; a conflict where the time of this pre-flight was over and another one began.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The pre-flight of an app that is under way at a moment.
///
/// # Errors
/// [`StoreError`].
pub async fn running(store: &dyn Store, id: &AppId, now: Timestamp) -> Result<Option<Running>, StoreError> {
    let record = store.get(&running_key(id)?).await?;
    alive(store, id, record.as_ref(), now).await
}

/// What a record says that is under way, where it still gives a sign of life.
async fn alive(
    store: &dyn Store,
    id: &AppId,
    record: Option<&Record>,
    now: Timestamp,
) -> Result<Option<Running>, StoreError> {
    let running: Option<Running> = record.map(store::read).transpose()?;
    let Some(running) = running.filter(|running| now < running.until) else {
        return Ok(None);
    };
    let progress = beat::load(store, id, now).await?;
    Ok(progress.map(|progress| Running { progress, ..running }))
}

/// Begins a pre-flight of the draft; it is to be [run](Started::run) then.
///
/// # Errors
/// [`PreflightError::Running`], [`PreflightError::Domains`] with [`DomainsError::NoDraft`], [`PreflightError::Store`].
pub async fn begin(store: &dyn Store, id: &AppId, by: &By) -> Result<Started, PreflightError> {
    let app = crate::app::find(store, id).await.map_err(DomainsError::from)?;
    let draft = Domains::of(store, id).draft().await?;
    let draft = draft.ok_or(DomainsError::NoDraft)?;
    let old = store.get(&running_key(id)?).await?;
    if let Some(running) = alive(store, id, old.as_ref(), by.at()).await? {
        return Err(PreflightError::Running(running));
    }
    let progress = Progress {
        looked: 0,
        hosts: hosts(&draft.lists).len(),
    };
    beat::keep(store, id, progress, by.at()).await?;
    let running = Running {
        by: by.actor().to_owned(),
        since: by.at(),
        until: by.at().checked_add(LONGEST + GRACE).unwrap_or(Timestamp::MAX),
        progress,
    };
    let entry = by
        .entry(Action::PreflightBegin, id.as_str())
        .after(json!(running));
    let change = match &old {
        Some(record) => Change::new(entry).replace(record, json!(running)),
        None => Change::new(entry).create(&running_key(id)?, json!(running)),
    };
    let revision = store.commit(&change, by.at()).await?;
    Ok(Started {
        id: id.clone(),
        app,
        lists: draft.lists,
        record: Record {
            key: running_key(id)?,
            revision,
            body: json!(running),
        },
        by: by.clone(),
    })
}

impl Started {
    /// Looks at everything and keeps what was found, within 10 minutes. Hosts that weren't reached by then aren't passed.
    ///
    /// # Errors
    /// [`PreflightError::Store`].
    pub async fn run(
        self,
        store: &dyn Store,
        inspector: &Inspector,
        register: Option<&dyn FilingRegister>,
    ) -> Result<Preflight, PreflightError> {
        let begun = Instant::now();
        let looked = AtomicUsize::new(0);
        let work = async {
            let asked = self.ask(store, register).await?;
            let hosts = self.look(inspector, begun + LONGEST, &looked).await;
            Ok::<_, StoreError>((asked, hosts))
        };
        let (asked, hosts) = tokio::select! {
            done = work => done?,
            never = self.beat(store, &looked, begun) => match never {},
        };
        Ok(self.conclude(store, asked, hosts, begun.elapsed()).await?)
    }

    /// Says again and again that it is under way, and how far it has come.
    async fn beat(&self, store: &dyn Store, looked: &AtomicUsize, begun: Instant) -> Infallible {
        let hosts = self.hosts().len();
        loop {
            sleep(BEAT).await;
            let progress = Progress {
                looked: looked.load(Ordering::Relaxed),
                hosts,
            };
            let span = begun.elapsed().try_into().unwrap_or_default();
            let at = after(self.by.at(), span);
            if let Err(error) = beat::keep(store, &self.id, progress, at).await {
                tracing::warn!(%error, "a pre-flight gives no sign of life");
            }
        }
    }

    /// Asks what the console itself knows, and its register of filings.
    pub(crate) async fn ask(
        &self,
        store: &dyn Store,
        register: Option<&dyn FilingRegister>,
    ) -> Result<Asked, StoreError> {
        let inquiry = Inquiry::open(store, register).await?;
        Ok(Asked {
            blocks: Blocks::load(store).await?,
            filings: inquiry.ask_all(&self.lists).await,
            register: inquiry.register(),
            terms: inquiry.terms(),
        })
    }

    /// Keeps what was found, after so long.
    pub(crate) async fn conclude(
        self,
        store: &dyn Store,
        asked: Asked,
        hosts: Vec<HostCheck>,
        took: Duration,
    ) -> Result<Preflight, StoreError> {
        let entries = self.entries(&asked.blocks, &asked.filings, asked.terms);
        let at = self.by.at();
        let preflight = Preflight {
            is_passed: entries.iter().all(EntryCheck::is_good) && hosts.iter().all(HostCheck::is_good),
            lists: self.lists.clone(),
            by: self.by.actor().to_owned(),
            started_at: at,
            finished_at: at.checked_add(took).unwrap_or(at),
            register: asked.register,
            entries,
            filings: asked.filings,
            hosts,
        };
        self.finish(store, &preflight).await?;
        Ok(preflight)
    }

    async fn finish(&self, store: &dyn Store, preflight: &Preflight) -> Result<(), StoreError> {
        let entry = self.by.entry(Action::PreflightFinish, self.id.as_str());
        let entry = entry.after(json!({
            "isPassed": preflight.is_passed,
            "entries": preflight.entries.len(),
            "hosts": preflight.hosts.len(),
        }));
        let change = Change::new(entry).delete(&self.record);
        let key = kept::draft_key(&self.id)?;
        let change = match store.get(&key).await? {
            Some(old) => change.replace(&old, json!(preflight)),
            None => change.create(&key, json!(preflight)),
        };
        store.commit(&change, preflight.finished_at).await?;
        Ok(())
    }

    /// Each host once, with the interfaces that would call it.
    pub(crate) fn hosts(&self) -> BTreeMap<String, Vec<Interface>> {
        hosts(&self.lists)
    }

    async fn look(&self, inspector: &Inspector, end: Instant, looked: &AtomicUsize) -> Vec<HostCheck> {
        let hosts = self.hosts();
        let terms = &self.terms();
        // Boxed and collected, or the compiler can't tell that the whole may go from thread to thread.
        let looks: Vec<_> = hosts
            .iter()
            .map(|(entry, interfaces)| {
                Box::pin(async move {
                    let found = inspector.look(entry, interfaces, terms, self.by.at(), end).await;
                    looked.fetch_add(1, Ordering::Relaxed);
                    found
                })
            })
            .collect();
        stream::iter(looks).buffered(HOSTS_AT_ONCE).collect().await
    }

    fn terms(&self) -> Terms {
        // Each host is judged as being listed: whether it can be is told entry by entry.
        Terms {
            policy: Policy::new(self.id.clone()).with_profile(self.app.profile()),
            has_lists: false,
            filings: None,
            needed_too_many: Vec::new(),
        }
    }

    fn entries(&self, blocks: &Blocks, filings: &[FilingOf], terms: FilingTerms) -> Vec<EntryCheck> {
        let each = Interface::ALL.into_iter().flat_map(|interface| {
            let entries = self.lists.of(interface).iter();
            entries.map(move |entry| (interface, entry))
        });
        let check = |(interface, text): (Interface, &String)| {
            let judgement = judge_text(interface, text);
            let domain = judgement.parsed_domain();
            let mut faults = judgement.faults;
            if let Some(domain) = domain {
                let block = blocks.find(&domain, self.by.at());
                faults.extend(block.map(Fault::blocked));
                let registrable = crate::filing::registrable(&domain);
                let filing = filings.iter().find(|of| of.domain == registrable.as_str());
                faults.extend(filing.filter(|of| terms.stop(&of.filing)).and_then(Fault::filing));
            }
            EntryCheck {
                interface,
                entry: text.clone(),
                host: judgement.normalised,
                faults,
            }
        };
        each.map(check).collect()
    }
}

fn hosts(lists: &WrittenLists) -> BTreeMap<String, Vec<Interface>> {
    let mut hosts = BTreeMap::<String, Vec<Interface>>::new();
    for (interface, entry) in parsed(lists) {
        hosts.entry(entry.to_string()).or_default().push(interface);
    }
    hosts
}

fn parsed(lists: &WrittenLists) -> impl Iterator<Item = (Interface, Entry)> {
    Interface::ALL.into_iter().flat_map(move |interface| {
        let entries = lists.of(interface).iter();
        entries.filter_map(move |text| Some((interface, Entry::parse(text, interface).ok()?)))
    })
}

fn running_key(id: &AppId) -> Result<Key, StoreError> {
    Key::of(&["preflight", id.as_str(), "running"])
}

/// How long before its end a certificate is to be renewed.
pub(crate) const RENEWAL: SignedDuration = SignedDuration::from_hours(30 * 24);
const BEAT: Duration = Duration::from_secs(5);
const HOSTS_AT_ONCE: usize = 4;
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// For what is asked before the hosts, and for keeping what was found.
const GRACE: Duration = Duration::from_secs(2 * 60);
