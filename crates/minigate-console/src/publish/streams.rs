//! The streams that are open, and who has how many.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::origin::Origin;

/// How many streams there may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StreamLimits {
    /// In all: 10,000.
    pub total: usize,
    /// For a client's IPv4 address, behind which there may be many, or its /56 of IPv6: 100.
    pub per_address: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            total: 10_000,
            per_address: 100,
        }
    }
}

#[derive(Debug)]
pub(super) struct Streams {
    limits: StreamLimits,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_address: HashMap<Option<IpAddr>, usize>,
}

/// The right to one stream, until it is dropped.
#[derive(Debug)]
pub(super) struct Pass {
    address: Option<IpAddr>,
    open: Arc<Mutex<Open>>,
}

/// Why one more stream is too many.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Full {
    /// There are enough in all.
    Here,
    /// This client has enough.
    ForClient,
}

impl Streams {
    pub(super) fn new(limits: StreamLimits) -> Self {
        Self {
            limits,
            open: Arc::default(),
        }
    }

    pub(super) fn open(&self) -> usize {
        lock(&self.open).total
    }

    pub(super) fn admit(&self, address: Option<IpAddr>) -> Result<Pass, Full> {
        let address = address.map(|address| Origin::new(address).subscriber());
        let mut open = lock(&self.open);
        if open.total >= self.limits.total {
            return Err(Full::Here);
        }
        let of_address = open.by_address.entry(address).or_default();
        if address.is_some() && *of_address >= self.limits.per_address {
            return Err(Full::ForClient);
        }
        *of_address += 1;
        open.total += 1;
        Ok(Pass {
            address,
            open: Arc::clone(&self.open),
        })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.total -= 1;
        if let Some(of_address) = open.by_address.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_limited_in_all_and_for_a_client_and_come_free() {
        let streams = Streams::new(StreamLimits {
            total: 3,
            per_address: 2,
        });
        let [one, two] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().ok());

        let first = streams.admit(one).unwrap();
        let _second = streams.admit(one).unwrap();
        assert_eq!(streams.admit(one).unwrap_err(), Full::ForClient);
        let _third = streams.admit(two).unwrap();
        assert_eq!(streams.admit(two).unwrap_err(), Full::Here);
        drop(first);

        assert!(streams.admit(one).is_ok());
    }

    #[test]
    fn who_has_a_56_of_ipv6_is_one_client() {
        let streams = Streams::new(StreamLimits {
            total: 3,
            per_address: 1,
        });
        let [one, same, other] = ["2001:db8:1:200::1", "2001:db8:1:2ff::9", "2001:db8:1:300::1"]
            .map(|address| address.parse().ok());

        let _first = streams.admit(one).unwrap();

        assert_eq!(streams.admit(same).unwrap_err(), Full::ForClient);
        assert!(streams.admit(other).is_ok());
    }
}
