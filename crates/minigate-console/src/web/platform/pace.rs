//! How often one place may ask, in this process: what is cheap to refuse costs no question to the database.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;
use tokio::time::Instant;

use super::answer::Trouble;
use crate::origin::Origin;
use crate::web::visitor::Visitor;

/// What was asked in this minute, by the neighbourhood that asked.
struct Minute {
    since: Instant,
    counts: HashMap<IpNet, u32>,
}

/// Lets 60,000 requests a minute through from one neighbourhood of addresses.
pub(super) async fn keep(visitor: Visitor, request: Request, next: Next) -> Response {
    if is_too_fast(Origin::new(visitor.address).neighbourhood()) {
        let slower = "api minute-quota reach limit, must slower, retry next minute";
        return Trouble::new(45_011, slower).into_response();
    }
    next.run(request).await
}

fn is_too_fast(place: IpNet) -> bool {
    let mut minute = MINUTE.lock().unwrap_or_else(PoisonError::into_inner);
    minute.count(place, Instant::now()) > A_MINUTE
}

impl Minute {
    fn count(&mut self, place: IpNet, now: Instant) -> u32 {
        if now.duration_since(self.since) >= Duration::from_secs(60) {
            self.since = now;
            self.counts.clear();
        }
        // Beyond so many places, all others are one: what is counted has an end.
        let place = if self.counts.len() < MOST_PLACES || self.counts.contains_key(&place) {
            place
        } else {
            IpNet::default()
        };
        let count = self.counts.entry(place).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

static MINUTE: LazyLock<Mutex<Minute>> = LazyLock::new(|| {
    Mutex::new(Minute {
        since: Instant::now(),
        counts: HashMap::new(),
    })
});
const A_MINUTE: u32 = 60_000;
const MOST_PLACES: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_counted_for_a_minute_and_their_number_has_an_end() {
        let start = Instant::now();
        let mut minute = Minute {
            since: start,
            counts: HashMap::new(),
        };
        let place = |number: u32| IpNet::from(std::net::IpAddr::from(number.to_be_bytes()));

        assert_eq!(
            (minute.count(place(1), start), minute.count(place(1), start)),
            (1, 2)
        );
        assert_eq!(minute.count(place(1), start + Duration::from_secs(60)), 1);
        for number in 0..30_000 {
            minute.count(place(number), start + Duration::from_secs(61));
        }

        assert_eq!(minute.counts.len(), MOST_PLACES + 1);
    }
}
