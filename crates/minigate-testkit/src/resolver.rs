//! Names without DNS.

use std::collections::{BTreeMap, VecDeque};
use std::future;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use minigate_engine::{ResolveError, Resolver};

/// A table from names to addresses that counts what it is asked; a name that isn't in it doesn't exist.
///
/// ```
/// use minigate_testkit::FakeResolver;
///
/// // The second query of a rebinding attack leads into the local network.
/// let resolver = FakeResolver::new()
///     .with("evil.example", ["203.0.113.7".parse().unwrap()])
///     .with("evil.example", ["192.168.1.1".parse().unwrap()]);
/// ```
#[derive(Debug, Default)]
pub struct FakeResolver {
    table: Mutex<Table>,
}

impl FakeResolver {
    /// A resolver that knows no name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer: a name's first query gets its first answer and so on, all further ones get the last.
    pub fn with(self, host: &str, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        self.and(host, Answer::Addresses(addresses.into_iter().collect()))
    }

    /// Adds an answer that is a failure.
    pub fn with_failure(self, host: &str, failure: ResolveError) -> Self {
        self.and(host, Answer::Failure(failure))
    }

    /// Adds an answer that never comes.
    pub fn with_silence(self, host: &str) -> Self {
        self.and(host, Answer::Silence)
    }

    /// Gives these addresses from now on, whatever was to come.
    pub fn flip(&self, host: &str, addresses: impl IntoIterator<Item = IpAddr>) {
        let answer = Answer::Addresses(addresses.into_iter().collect());
        self.change(|table| table.answers.insert(host.to_owned(), VecDeque::from([answer])));
    }

    /// The names that were asked for, in order; a name as often as it was asked for.
    pub fn queries(&self) -> Vec<String> {
        self.change(|table| table.queries.clone())
    }

    fn and(self, host: &str, answer: Answer) -> Self {
        self.change(|table| {
            table
                .answers
                .entry(host.to_owned())
                .or_default()
                .push_back(answer);
        });
        self
    }

    fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        change(&mut self.table.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Resolver for FakeResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        match self.change(|table| table.ask(host)) {
            Answer::Addresses(addresses) => Box::pin(future::ready(Ok(addresses))),
            Answer::Failure(failure) => Box::pin(future::ready(Err(failure))),
            Answer::Silence => Box::pin(future::pending()),
        }
    }
}

#[derive(Debug, Default)]
struct Table {
    answers: BTreeMap<String, VecDeque<Answer>>,
    queries: Vec<String>,
}

impl Table {
    fn ask(&mut self, host: &str) -> Answer {
        self.queries.push(host.to_owned());
        let next = match self.answers.get_mut(host) {
            Some(answers) if answers.len() > 1 => answers.pop_front(),
            Some(answers) => answers.front().cloned(),
            None => None,
        };
        next.unwrap_or_else(|| {
            Answer::Failure(ResolveError::NotFound {
                host: host.to_owned(),
            })
        })
    }
}

#[derive(Clone, Debug)]
enum Answer {
    Addresses(Vec<IpAddr>),
    Failure(ResolveError),
    Silence,
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn answers_in_turn_and_keeps_the_last() {
        let resolver = FakeResolver::new()
            .with("a.example", [PUBLIC])
            .with("a.example", [PRIVATE]);

        let answers = [
            resolver.resolve("a.example").await,
            resolver.resolve("a.example").await,
            resolver.resolve("a.example").await,
        ];

        assert_eq!(answers, [Ok(vec![PUBLIC]), Ok(vec![PRIVATE]), Ok(vec![PRIVATE])]);
        assert_eq!(resolver.queries(), ["a.example"; 3]);
    }

    #[tokio::test]
    async fn can_be_flipped() {
        let resolver = FakeResolver::new().with("a.example", [PUBLIC]);

        resolver.flip("a.example", [PRIVATE]);

        assert_eq!(resolver.resolve("a.example").await, Ok(vec![PRIVATE]));
    }

    #[tokio::test]
    async fn an_unknown_name_does_not_exist() {
        let resolver = FakeResolver::new();

        let answer = resolver.resolve("b.example").await;

        assert_eq!(
            answer,
            Err(ResolveError::NotFound {
                host: "b.example".to_owned()
            })
        );
    }

    #[tokio::test]
    async fn can_fail_or_stay_silent() {
        let failure = ResolveError::Failed {
            host: "a.example".to_owned(),
            reason: "SERVFAIL".to_owned(),
        };
        let resolver = FakeResolver::new()
            .with_failure("a.example", failure.clone())
            .with_silence("b.example");

        let failed = resolver.resolve("a.example").await;
        let silent = resolver.resolve("b.example").now_or_never();

        assert_eq!((failed, silent), (Err(failure), None));
    }

    const PUBLIC: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));
    const PRIVATE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 1));
}
