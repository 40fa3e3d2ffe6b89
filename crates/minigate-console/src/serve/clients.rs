//! How many connections each address has.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::Limits;
use crate::origin::Origin;

/// Who has connections, and how many: one entry for each subscriber of a provider.
#[derive(Debug, Default)]
pub(super) struct Clients(Mutex<BTreeMap<IpAddr, usize>>);

/// One connection of somebody; it is over when this is dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    clients: Arc<Clients>,
    address: IpAddr,
}

impl Clients {
    /// Lets another connection in, where its address doesn't have too many.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Admitted> {
        let is_crowd = limits.crowds.iter().any(|crowd| crowd.contains(&address));
        let most = if is_crowd {
            usize::MAX
        } else {
            limits.connections_of_one
        };
        let address = Origin::new(address).subscriber();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Admitted {
            clients: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut counts = self.clients.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}
