//! What every request shares.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ipnet::IpNet;
use jiff::Timestamp;
use tokio_util::task::TaskTracker;
use url::Url;

use minigate_policy::AppId;

use crate::access::{Caller, Denied, Right};
use crate::account::{Cost, HashError, Passwords};
use crate::app::{self, App};
use crate::calls::Calls;
use crate::domains::Domains;
use crate::filing::FilingRegister;
use crate::metrics::Metrics;
use crate::oidc::Provider;
use crate::preflight::{Inspector, Started};
use crate::publish::{Publisher, StreamLimits};
use crate::refusal::audit_denial;
use crate::store::{Measured, Store, StoreError};
use crate::{By, Clock};

/// A console: its memory, its clock, and how it is set up.
#[derive(Debug)]
pub struct Console {
    store: Arc<Measured>,
    clock: Clock,
    settings: Settings,
    passwords: Passwords,
    publisher: Arc<Publisher>,
    calls: Calls,
    metrics: Arc<Metrics>,
    tasks: TaskTracker,
    is_ending: AtomicBool,
}

/// How a console is set up, for all of its life.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people and programs find it: what its links begin with.
    pub public_url: Url,
    /// Proxies that may say for whom they ask (`x-forwarded-for`) and what the request is called (`x-request-id`).
    pub trusted_proxies: Vec<IpNet>,
    /// The networks that may see its metrics; the machine itself always may.
    pub metrics_for: Vec<IpNet>,
    /// The register of filings that is asked in place of the console's own (rule D5).
    pub register: Option<Arc<dyn FilingRegister>>,
    /// The OpenID provider at which people can sign in too.
    pub provider: Option<Arc<Provider>>,
    /// What hashing a password costs.
    pub password_cost: Cost,
    /// What looks at the hosts of drafts in pre-flights.
    pub inspector: Arc<Inspector>,
}

impl Settings {
    /// Whether that is a proxy that may say of a request what only it can know.
    pub(crate) fn trusts(&self, address: &IpAddr) -> bool {
        self.trusted_proxies.iter().any(|proxy| proxy.contains(address))
    }
}

/// Why somebody isn't allowed something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such app for them: they may not even see it.
    #[error("there is no app `{0}`")]
    Unseen(AppId),
    /// A right is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Console {
    /// A console over a store that is open.
    ///
    /// # Errors
    /// [`HashError`] where passwords can't be hashed at that cost.
    pub fn new(store: Arc<dyn Store>, clock: Clock, settings: Settings) -> Result<Arc<Self>, HashError> {
        let metrics = Arc::new(Metrics::new());
        let store = Arc::new(Measured::new(store, Arc::clone(&metrics)));
        let published: Arc<dyn Store> = store.clone();
        Ok(Arc::new(Self {
            passwords: Passwords::new(settings.password_cost)?,
            publisher: Publisher::new(published, clock.clone(), StreamLimits::default()),
            tasks: TaskTracker::new(),
            store,
            clock,
            settings,
            calls: Calls::default(),
            metrics,
            is_ending: AtomicBool::new(false),
        }))
    }

    /// Its memory.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Whether its memory can be written, as far as is known.
    pub(crate) async fn can_write(&self) -> bool {
        self.store.can_be_written(self.now()).await
    }

    /// What signs and serves its lists; to be stopped with the console, or its streams hold it up.
    #[must_use]
    pub const fn publisher(&self) -> &Arc<Publisher> {
        &self.publisher
    }

    /// The moment, by its clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How it is set up.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The domains of an app.
    #[must_use]
    pub fn domains<'a>(&'a self, id: &'a AppId) -> Domains<'a> {
        let domains = Domains::of(self.store(), id);
        match self.register() {
            Some(register) => domains.with_register(register),
            None => domains,
        }
    }

    /// The register of filings that is asked in place of the console's own.
    #[must_use]
    pub fn register(&self) -> Option<&dyn FilingRegister> {
        self.settings.register.as_deref()
    }

    /// Runs a pre-flight that has begun, in the background.
    pub fn run(self: &Arc<Self>, started: Started) {
        let console = Arc::clone(self);
        self.tasks.spawn(async move {
            let ran = started.run(console.store(), &console.settings.inspector, console.register());
            if let Err(error) = ran.await {
                tracing::error!(%error, "a pre-flight could not be finished");
            }
        });
    }

    /// Says at `/readyz` that it is about to end, so that whoever shares requests out gives it no more; it goes on
    /// answering.
    pub fn announce_end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    /// Whether its end was announced.
    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// Waits until nothing runs in the background.
    pub async fn settle(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// What hashes its passwords.
    #[must_use]
    pub const fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Lets somebody do something, to an app or to the platform; a denial is one row of the audit log.
    ///
    /// # Errors
    /// [`Refusal`]; an app that they may not see is one that isn't there.
    pub async fn allow(&self, caller: &Caller, right: Right, app: Option<&AppId>) -> Result<By, Refusal> {
        let now = self.now();
        match caller.allow(right, app, now) {
            Ok(by) => Ok(by),
            Err(denied) => {
                audit_denial(self.store(), &denied, now).await?;
                match app {
                    Some(app) if !caller.may(Right::Read, Some(app)) => Err(Refusal::Unseen(app.clone())),
                    _ => Err(denied.into()),
                }
            }
        }
    }

    /// The apps that somebody may see, in the order of their IDs, from after one of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn apps_of(
        &self,
        caller: &Caller,
        after: Option<&AppId>,
        most: u32,
    ) -> Result<Vec<App>, app::AppError> {
        let Some(ids) = caller.apps_where(Right::Read) else {
            return app::list(self.store(), after, most).await;
        };
        let ids = ids.iter().filter_map(|id| id.parse::<AppId>().ok());
        let seen = ids.filter(|id| after.is_none_or(|after| id.as_str() > after.as_str()));
        let mut apps = Vec::new();
        for id in seen.take(usize::try_from(most).unwrap_or(usize::MAX)) {
            apps.push(app::find(self.store(), &id).await?);
        }
        Ok(apps)
    }

    /// What it counts and times.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// How often tokens have asked.
    pub(crate) const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Whether browsers reach it by TLS, so that its cookies are for TLS only.
    pub(crate) fn is_secure(&self) -> bool {
        self.settings.public_url.scheme() == "https"
    }
}
