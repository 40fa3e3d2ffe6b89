//! Which keys of a console are trusted, and since when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::{KeySet, KeyStage, Thumbprint, TokenError};

/// The keys of a console that a client trusts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trusted {
    /// Their names.
    pub keys: Vec<Thumbprint>,
    /// When those of them end that are retired.
    #[serde(default)]
    pub ends: BTreeMap<Thumbprint, Timestamp>,
    /// The number of the newest set of keys that was seen.
    pub sequence: u64,
    /// Since when the console is trusted.
    pub since: Timestamp,
    /// The name that was given beforehand; none where the console was trusted on first use.
    pub given: Option<Thumbprint>,
}

/// What a set of keys came to.
pub(crate) struct Ring {
    pub(crate) set: KeySet,
    pub(crate) trusted: Trusted,
}

impl Trusted {
    /// What is known of a console before its first word: a key that was given beforehand.
    pub(crate) fn given(key: Thumbprint, now: Timestamp) -> Self {
        Self {
            keys: vec![key.clone()],
            ends: BTreeMap::new(),
            sequence: 0,
            since: now,
            given: Some(key),
        }
    }

    /// Whether it still holds where this name is given now: that of one of its keys, or the one that it began with.
    pub(crate) fn agrees_with(&self, given: Option<&Thumbprint>) -> bool {
        given.is_none_or(|given| self.given.as_ref() == Some(given) || self.keys.contains(given))
    }

    /// Those whose time isn't over.
    fn at(&self, now: Timestamp) -> Vec<Thumbprint> {
        let lives = |key: &&Thumbprint| self.ends.get(*key).is_none_or(|end| now < *end);
        self.keys.iter().filter(lives).cloned().collect()
    }

    fn follow(&self, set: &KeySet) -> Self {
        Self {
            keys: set.names().cloned().collect(),
            ends: ends(set),
            sequence: set.sequence,
            ..self.clone()
        }
    }
}

/// Takes a signed set of keys, which one that is trusted has to have signed; any, on first use.
pub(crate) fn take(signed: &str, trusted: Option<&Trusted>, now: Timestamp) -> Result<Ring, Problem> {
    let Some(trusted) = trusted else {
        return first(signed, now);
    };
    let keys = trusted.at(now);
    let set = KeySet::open(signed, now, |name| keys.contains(name));
    let set = set.map_err(|error| refusal(signed, trusted, keys, error))?;
    if set.sequence < trusted.sequence {
        return Err(Problem::KeysGoneBack {
            found: set.sequence,
            seen: trusted.sequence,
        });
    }
    Ok(Ring {
        trusted: trusted.follow(&set),
        set,
    })
}

fn first(signed: &str, now: Timestamp) -> Result<Ring, Problem> {
    let set = KeySet::open(signed, now, |_| true).map_err(Problem::Keys)?;
    let trusted = Trusted {
        keys: set.names().cloned().collect(),
        ends: ends(&set),
        sequence: set.sequence,
        since: now,
        given: None,
    };
    Ok(Ring { set, trusted })
}

fn ends(set: &KeySet) -> BTreeMap<Thumbprint, Timestamp> {
    let end = |stage| match stage {
        KeyStage::Retired { until } => Some(until),
        KeyStage::Announced | KeyStage::Signing => None,
    };
    let keys = set.keys.iter();
    keys.filter_map(|listed| Some((listed.key.thumbprint().clone(), end(listed.stage)?)))
        .collect()
}

fn refusal(signed: &str, trusted: &Trusted, keys: Vec<Thumbprint>, error: TokenError) -> Problem {
    match (error, KeySet::peek(signed)) {
        (TokenError::UnknownKey { .. }, Ok(offered)) => Problem::UnknownKeys {
            offered: offered.names().cloned().collect(),
            trusted: keys,
            is_given: trusted.given.is_some(),
        },
        (error, _) => Problem::Keys(error),
    }
}
