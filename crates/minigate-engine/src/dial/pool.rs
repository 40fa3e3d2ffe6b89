//! Connections that wait for their next call.
//!
//! Each app has a pool of its own, and within it a connection serves only calls to the same origin under the same
//! check of certificates and the same offer of protocols.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use minigate_policy::{CertificateCheck, Permit};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout};

use super::handshake::{Connection, Sender};
use crate::Protocol;

/// What two calls must share to share a connection.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Key {
    secure: bool,
    host: String,
    port: u16,
    check: CertificateCheck,
    protocol: Protocol,
}

#[derive(Default)]
pub(super) struct Pool {
    origins: Mutex<HashMap<Key, Origin>>,
}

#[derive(Default)]
struct Origin {
    shared: Option<(Connection, Instant)>,
    idle: Vec<(Connection, Instant)>,
    turn: Arc<tokio::sync::Mutex<()>>,
    speaks_http1: bool,
}

impl Key {
    pub(super) fn of(permit: &Permit, protocol: Protocol) -> Self {
        let target = permit.target();
        Self {
            secure: target.scheme().is_secure(),
            host: target.host_str().to_owned(),
            port: target.effective_port(),
            check: permit.certificate_check(),
            protocol,
        }
    }
}

impl Pool {
    /// A live connection that is free, or shared by nature.
    pub(super) fn take(&self, key: &Key) -> Option<Connection> {
        let now = Instant::now();
        let mut origins = self.lock();
        let origin = origins.get_mut(key)?;
        origin.drop_stale(now);
        if let Some((shared, used)) = &mut origin.shared {
            *used = now;
            return shared.share();
        }
        let ready = origin
            .idle
            .iter()
            .rposition(|(connection, _)| connection.is_ready())?;
        Some(origin.idle.remove(ready).0)
    }

    /// The turn to make the first connection to an origin, for whose end the others wait, within reason, since they may
    /// share it; none where connections can't be shared.
    pub(super) async fn turn(&self, key: &Key) -> Option<OwnedMutexGuard<()>> {
        let turn = timeout(PATIENCE, self.queue(key)?.lock_owned()).await.ok()?;
        // The first has learnt by now whether there is anything to share.
        self.queue(key).map(|_| turn)
    }

    fn queue(&self, key: &Key) -> Option<Arc<tokio::sync::Mutex<()>>> {
        if key.protocol == Protocol::Http1 || !key.secure {
            return None;
        }
        let mut origins = self.lock();
        let origin = origins.entry(key.clone()).or_default();
        (!origin.speaks_http1).then(|| Arc::clone(&origin.turn))
    }

    /// Remembers which protocol a new connection speaks, and shares it where it can be shared.
    pub(super) fn learn(&self, key: &Key, connection: &Connection) {
        let mut origins = self.lock();
        let origin = origins.entry(key.clone()).or_default();
        origin.shared = connection.share().map(|shared| (shared, Instant::now()));
        origin.speaks_http1 = origin.shared.is_none();
    }

    /// Keeps an HTTP/1.1 connection for the next call; a shared one is kept already.
    pub(super) fn put(&self, key: Key, connection: Connection) {
        if matches!(connection.sender, Sender::Http2(_)) || connection.is_closed() {
            return;
        }
        let now = Instant::now();
        let mut origins = self.lock();
        origins.values_mut().for_each(|origin| origin.drop_stale(now));
        let origin = origins.entry(key).or_default();
        if origin.idle.len() < MOST_IDLE {
            origin.idle.push((connection, now));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Origin>> {
        self.origins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Origin {
    fn drop_stale(&mut self, now: Instant) {
        let is_fresh = |since: Instant| now.duration_since(since) < LONGEST_IDLE;
        self.idle
            .retain(|(connection, since)| !connection.is_closed() && is_fresh(*since));
        self.shared.take_if(|(connection, used)| {
            connection.is_closed() || !connection.is_in_use() && !is_fresh(*used)
        });
    }
}

/// A connection that takes longer to stand is no reason for others to wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// As many as an interface has slots.
const MOST_IDLE: usize = 10;

/// Servers commonly close after 60 to 75 s; closing first spares a call that meets a closing connection.
const LONGEST_IDLE: Duration = Duration::from_secs(55);
