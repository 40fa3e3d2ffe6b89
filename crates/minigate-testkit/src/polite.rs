//! A well-behaved server, HTTP/1.1 and h2, that answers as a test likes.

use std::collections::BTreeSet;

use minigate_origin::{Asked, Reply, Respond};

/// Answers every request for one domain; give it to [`Origin::start`](minigate_origin::Origin::start).
pub fn polite<F>(domain: &str, answer: F) -> Polite<F>
where
    F: Fn(&Asked) -> Reply + Send + Sync + 'static,
{
    Polite {
        domain: domain.to_owned(),
        answer,
    }
}

/// What [`polite`] makes.
#[derive(Clone, Debug)]
pub struct Polite<F> {
    domain: String,
    answer: F,
}

impl<F: Fn(&Asked) -> Reply + Send + Sync + 'static> Respond for Polite<F> {
    fn domains(&self) -> BTreeSet<String> {
        BTreeSet::from([self.domain.clone()])
    }

    fn reply(&self, asked: &Asked) -> Reply {
        (self.answer)(asked)
    }
}
