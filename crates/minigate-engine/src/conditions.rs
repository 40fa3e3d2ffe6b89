//! What the network is like below the rules: good, slow, lossy, silent, gone.
//!
//! ```text
//!  Network (numbers) ─► Conditions (a handle) ─┬─► Dialer: look-ups, connects
//!                                              ├─► Line: each connection's bytes
//!                                              └─► NetworkWatch: what the app is told
//! ```

mod bottleneck;
mod lane;
mod network;
mod preset;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use bottleneck::Bottleneck;
pub(crate) use bottleneck::Direction;
pub(crate) use lane::{Freight, Lane};
pub use network::{Fault, HostFault, Loss, Network, NetworkType, UnknownNetworkType};
pub use preset::{Preset, UnknownPreset};

/// What the network is like; a cheap handle on what all its clones share.
///
/// The default is the machine's own network, which costs nothing and can't be changed. Conditions that are
/// [made](Self::new) can be, while calls run: each packet goes by the conditions of the moment when it sets out.
#[derive(Clone, Debug, Default)]
pub struct Conditions(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    state: watch::Sender<State>,
    bottleneck: Mutex<Bottleneck>,
}

/// The conditions of a moment.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) network: Arc<Network>,
    /// How often all connections have been cut, and how the last time.
    cuts: (u64, Cut),
}

/// How all connections end at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Cut {
    /// The network is gone.
    #[error("the network was lost")]
    Lost,
    /// Another network took its place.
    #[error("the network was changed")]
    Switched,
    /// Something on the way reset every connection.
    #[error("every connection was reset")]
    Reset,
}

impl Conditions {
    /// Conditions that can be changed.
    #[must_use]
    pub fn new(network: Network) -> Self {
        let seed = network.seed;
        let state = State {
            network: Arc::new(network),
            cuts: (0, Cut::Lost),
        };
        Self(Some(Arc::new(Shared {
            state: watch::Sender::new(state),
            bottleneck: Mutex::new(Bottleneck::new(seed)),
        })))
    }

    /// What the network is like now.
    #[must_use]
    pub fn network(&self) -> Arc<Network> {
        match &self.0 {
            Some(shared) => Arc::clone(&shared.state.borrow().network),
            None => Arc::default(),
        }
    }

    /// Changes what the network is like. Another [type](Network::kind) is another network: all connections end, those
    /// that wait in a pool included.
    pub fn set(&self, network: Network) {
        let Some(shared) = &self.0 else { return };
        shared.state.send_modify(|state| {
            if network.kind != state.network.kind {
                let how = if network.is_offline() {
                    Cut::Lost
                } else {
                    Cut::Switched
                };
                state.cuts = (state.cuts.0 + 1, how);
            }
            state.network = Arc::new(network);
        });
    }

    /// Ends all connections; the network is as it was before.
    pub fn cut(&self, how: Cut) {
        if let Some(shared) = &self.0 {
            shared
                .state
                .send_modify(|state| state.cuts = (state.cuts.0 + 1, how));
        }
    }

    pub(crate) fn outlook(&self) -> Option<Outlook> {
        let shared = Arc::clone(self.0.as_ref()?);
        let states = shared.state.subscribe();
        let cuts = states.borrow().cuts.0;
        Some(Outlook { shared, states, cuts })
    }
}

/// The conditions as one connection, or one attempt at one, lives through them.
#[derive(Clone)]
pub(crate) struct Outlook {
    shared: Arc<Shared>,
    states: watch::Receiver<State>,
    cuts: u64,
}

impl Outlook {
    pub(crate) fn network(&self) -> Arc<Network> {
        Arc::clone(&self.states.borrow().network)
    }

    pub(crate) fn bottleneck(&self) -> MutexGuard<'_, Bottleneck> {
        self.shared
            .bottleneck
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How the connections of its beginning were cut, if they were.
    pub(crate) fn is_cut(&self) -> Option<Cut> {
        let (cuts, how) = self.states.borrow().cuts;
        (cuts != self.cuts).then_some(how)
    }

    /// Waits until all connections of its beginning are cut.
    pub(crate) async fn cut(&self) -> Cut {
        let cuts = self.cuts;
        self.when(|state| (state.cuts.0 != cuts).then_some(state.cuts.1))
            .await
    }

    /// Waits until the network is of another type.
    pub(crate) async fn other_than(&self, kind: NetworkType) -> Arc<Network> {
        self.when(|state| (state.network.kind != kind).then(|| Arc::clone(&state.network)))
            .await
    }

    /// Waits until something arrives again.
    pub(crate) async fn unsilenced(&self) {
        self.when(|state| (!state.network.silent).then_some(())).await;
    }

    async fn when<T>(&self, pick: impl Fn(&State) -> Option<T>) -> T {
        let mut states = self.states.clone();
        loop {
            let picked = pick(&states.borrow_and_update());
            if let Some(picked) = picked {
                return picked;
            }
            // The sender lives in `self`, so there is no other end than the next change.
            let _ = states.changed().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn another_type_of_network_cuts_all_connections() {
        let conditions = Conditions::new(Preset::Wifi.network());
        let outlook = conditions.outlook().unwrap();

        conditions.set(Network {
            silent: true,
            ..Preset::Wifi.network()
        });
        assert_eq!(outlook.cut().now_or_never(), None);
        conditions.set(Preset::Slow3g.network());
        assert_eq!(outlook.cut().now_or_never(), Some(Cut::Switched));
        conditions.set(Preset::Offline.network());
        assert_eq!(outlook.cut().now_or_never(), Some(Cut::Lost));

        let later = conditions.outlook().unwrap();
        assert_eq!(later.cut().now_or_never(), None);
    }

    #[test]
    fn the_machines_own_network_cant_be_changed() {
        let conditions = Conditions::default();

        conditions.set(Preset::Offline.network());

        assert!(conditions.outlook().is_none());
        assert_eq!(conditions.network().kind, NetworkType::Wifi);
    }
}
