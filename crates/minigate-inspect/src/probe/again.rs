//! What is asked again where connections were lost.
//!
//! A server may take one connection at a time, or a few; one that is let fall then looks like a refusal. So each question
//! whose connection was lost is asked again with no other beside it. Where that one is lost too, a question that the
//! server has answered before tells whether it refuses, or only takes no connection.

use std::mem::take;

use super::Probe;
use super::client::Witnessed;
use super::facts::Refusal;
use super::flight::Landed;
use super::found::Found;
use super::listing::{self, List};
use super::numbers::Version;

/// Asks again for everything whose connection was lost; nothing where none was, or where the server answers nobody.
pub(super) async fn settle(probe: &Probe<'_>, found: &mut [Found]) {
    if !found.iter().any(Found::is_open) {
        return;
    }
    let probe = probe.alone();
    if witness(found).is_none() {
        greet_first(&probe, found).await;
    }
    let Some(witness) = witness(found) else { return };
    let mut again = Again {
        probe,
        witness,
        is_over: false,
    };
    again.greetings(found).await;
    again.lists(found).await;
    again.sessions(found).await;
}

/// The version whose hello is answered, one that is spoken if there is any.
fn witness(found: &[Found]) -> Option<Version> {
    let answered = found.iter().filter(|found| is_answered(&found.greeting));
    let best = answered.max_by_key(|found| (found.greeting.is_ok(), found.version))?;
    Some(best.version)
}

fn is_answered(greeting: &Result<Landed, Refusal>) -> bool {
    greeting.as_ref().err().is_none_or(|refusal| !refusal.is_lost())
}

/// One question, of the version that most servers speak, tells whether anybody is ever answered.
///
/// It has more patience than the others, since a server may take one connection a second.
async fn greet_first(probe: &Probe<'_>, found: &mut [Found]) {
    let first = found.iter_mut().find(|found| found.version == Version::Tls12);
    let Some(first) = first else { return };
    for _ in 0..TRIES {
        first.greeting = probe.greet(first.version, probe.name()).await;
        if !first.greeting.as_ref().is_err_and(Refusal::is_cut) {
            return;
        }
    }
}

/// Questions one at a time.
struct Again<'a> {
    probe: Probe<'a>,
    witness: Version,
    /// Whether the server answers nothing any more.
    is_over: bool,
}

impl Again<'_> {
    async fn greetings(&mut self, found: &mut [Found]) {
        for found in found
            .iter_mut()
            .rev()
            .filter(|found| !is_answered(&found.greeting))
        {
            found.greeting = self.greet(found.version).await;
        }
    }

    async fn lists(&mut self, found: &mut [Found]) {
        let name = self.probe.name();
        for found in found.iter_mut().rev() {
            let Ok((agreed, _)) = &found.greeting else {
                continue;
            };
            if !self.is_over && found.suites.is_open() {
                let suites = listing::suites(&self.probe.wire, name, agreed, take(&mut found.suites)).await;
                found.suites = self.list(suites).await;
            }
            if !self.is_over && found.groups.is_open() {
                let groups = listing::groups(&self.probe.wire, name, agreed, take(&mut found.groups)).await;
                found.groups = self.list(groups).await;
            }
        }
    }

    /// After the lists, since a server that answers no request holds a session up.
    async fn sessions(&mut self, found: &mut [Found]) {
        let spoken = found.iter_mut().rev().filter(|found| found.greeting.is_ok());
        for found in spoken.filter(|found| found.session.is_none() || found.has_open_session()) {
            let session = self.session(found.version).await;
            if !matches!((&found.session, &session), (Some(Ok(_)), Some(Err(_)))) {
                found.session = session;
            }
        }
    }

    async fn greet(&mut self, version: Version) -> Result<Landed, Refusal> {
        if self.is_over {
            return Err(Refusal::TurnedAway);
        }
        let greeting = self.probe.greet(version, self.probe.name()).await;
        self.believed(greeting).await
    }

    async fn session(&mut self, version: Version) -> Option<Result<Witnessed, Refusal>> {
        if self.is_over {
            return (version >= Version::Tls12).then_some(Err(Refusal::TurnedAway));
        }
        let session = self.probe.session(version).await?;
        Some(self.believed(session).await)
    }

    /// The answer; a lost connection is one as long as the server takes others.
    async fn believed<T>(&mut self, answer: Result<T, Refusal>) -> Result<T, Refusal> {
        match answer {
            Err(lost) if lost.is_lost() && !self.goes_on().await => Err(Refusal::TurnedAway),
            answer => answer,
        }
    }

    async fn list<T>(&mut self, list: List<T>) -> List<T> {
        if list.lost.is_some() && self.goes_on().await {
            return list.confirmed();
        }
        list
    }

    /// Whether the server still answers what it has answered before, at the first go: with a pause, a server that takes a
    /// few connections in a while would take this one, and the question before it would seem refused.
    async fn goes_on(&mut self) -> bool {
        let probe = self.probe.at_once();
        let greeting = probe.greet(self.witness, probe.name()).await;
        self.is_over = !is_answered(&greeting);
        !self.is_over
    }
}

/// Each with a pause in it.
const TRIES: usize = 4;
