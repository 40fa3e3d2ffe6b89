//! What a register has said, for a while.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use minigate_policy::Domain;
use tokio::time::Instant;

use super::Filing;

/// Answers, each until it ends; where there is no room, the one that ends first goes.
#[derive(Debug, Default)]
pub(super) struct Cache {
    answers: BTreeMap<Domain, (Instant, Filing)>,
    ends: BTreeSet<(Instant, Domain)>,
}

impl Cache {
    pub(super) fn get(&self, domain: &Domain, now: Instant) -> Option<Filing> {
        let (end, filing) = self.answers.get(domain)?;
        (now < *end).then(|| filing.clone())
    }

    /// Keeps what is known: a filing for 24 hours, the want of one for 1 hour; what isn't known is asked again.
    pub(super) fn put(&mut self, domain: &Domain, filing: &Filing, now: Instant) {
        let life = match filing {
            Filing::Filed { .. } => FILED,
            Filing::NotFiled => NOT_FILED,
            Filing::Unknown { .. } => return,
        };
        let end = now + life;
        if let Some((old, _)) = self.answers.insert(domain.clone(), (end, filing.clone())) {
            self.ends.remove(&(old, domain.clone()));
        }
        self.ends.insert((end, domain.clone()));
        while self.answers.len() > MOST {
            let Some((_, first)) = self.ends.pop_first() else {
                return;
            };
            self.answers.remove(&first);
        }
    }
}

const FILED: Duration = Duration::from_secs(24 * 60 * 60);
const NOT_FILED: Duration = Duration::from_secs(60 * 60);
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d5_answers_end_and_the_first_to_end_makes_room() {
        let start = Instant::now();
        let domain = |number: usize| Domain::parse(&format!("h{number}.com")).unwrap();
        let mut cache = Cache::default();

        cache.put(&domain(0), &Filing::NotFiled, start);
        for number in 1..=MOST {
            let filed = Filing::Filed {
                licence: String::new(),
            };
            cache.put(&domain(number), &filed, start);
        }

        assert_eq!((cache.answers.len(), cache.ends.len()), (MOST, MOST));
        assert_eq!(cache.get(&domain(0), start), None);
        assert!(
            cache
                .get(&domain(1), start + FILED - Duration::from_secs(1))
                .is_some()
        );
        assert_eq!(cache.get(&domain(1), start + FILED), None);
    }
}
