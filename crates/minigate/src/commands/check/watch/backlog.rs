//! Changes that wait to be handed on.

use std::collections::VecDeque;
use std::sync::Arc;

/// The oldest first; a thousand at most.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: VecDeque<(u64, Arc<str>)>,
    taken: u64,
}

impl Backlog {
    /// Puts a change at the end; if there are too many, the oldest comes back.
    pub(super) fn push(&mut self, change: &str) -> Option<Arc<str>> {
        self.taken += 1;
        self.waiting.push_back((self.taken, change.into()));
        let is_full = self.waiting.len() > MOST_WAITING;
        is_full
            .then(|| self.waiting.pop_front())
            .flatten()
            .map(|(_, oldest)| oldest)
    }

    /// The oldest, with its number.
    pub(super) fn front(&self) -> Option<(u64, Arc<str>)> {
        self.waiting.front().cloned()
    }

    /// Takes the oldest away, if it is still this one.
    pub(super) fn settle(&mut self, number: u64) {
        self.waiting.pop_front_if(|(oldest, _)| *oldest == number);
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Takes all away.
    pub(super) fn drain(&mut self) -> Vec<Arc<str>> {
        self.waiting.drain(..).map(|(_, change)| change).collect()
    }
}

const MOST_WAITING: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_push_the_oldest_out_and_say_so() {
        let mut backlog = Backlog::default();
        for number in 0..MOST_WAITING {
            assert_eq!(backlog.push(&number.to_string()), None);
        }
        let (number, _) = backlog.front().unwrap();

        assert_eq!(backlog.push("one more").as_deref(), Some("0"));

        // It was on its way when it was pushed out; the next one must not go in its place.
        backlog.settle(number);
        assert_eq!(backlog.len(), MOST_WAITING);
        assert_eq!(backlog.front().map(|(_, change)| change).as_deref(), Some("1"));
    }
}
