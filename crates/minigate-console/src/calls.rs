//! How often a token may ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The calls of each token in the present second, in this process.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<HashMap<String, (i64, u32)>>);

impl Calls {
    /// Counts a call of a token, and tells whether it is one of the first hundred within this second.
    pub(crate) fn admit(&self, token: &str, now: Timestamp) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let second = now.as_second();
        if counts.len() >= MOST_TOKENS && !counts.contains_key(token) {
            counts.retain(|_, (counted, _)| *counted == second);
        }
        let (counted, count) = counts.entry(token.to_owned()).or_insert((second, 0));
        if *counted != second {
            (*counted, *count) = (second, 0);
        }
        *count = count.saturating_add(1);
        *count <= MOST_CALLS
    }
}

const MOST_CALLS: u32 = 100;
/// Only tokens that can be used get here, so there are never many more.
const MOST_TOKENS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_asks_a_hundred_times_a_second() {
        let (calls, now) = (Calls::default(), Timestamp::UNIX_EPOCH);

        let admitted = (0..150).filter(|_| calls.admit("one", now)).count();

        assert_eq!(admitted, 100);
        assert!(calls.admit("other", now));
        assert!(calls.admit("one", now + jiff::SignedDuration::from_secs(1)));
    }
}
