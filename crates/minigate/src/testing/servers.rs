//! All servers that an app under test can reach, as one: any name, on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use minigate_engine::{Clock, Conditions, Fault as HostTrouble, HostFault, Network, NetworkType};
use minigate_origin::{Answers, Asked, Certificate, Reply, Respond};
use serde_json::json;

use super::pattern::Pattern;
use super::spoken::{Answer, Fail, Fault, WrittenReply};
use super::traffic::{Traffic, request_place};

/// All servers that an app under test can reach. A cheap clone is the same servers.
#[derive(Clone)]
pub(super) struct Servers {
    clock: Clock,
    traffic: Arc<Traffic>,
    /// What the project's folder of canned answers says, where the test says nothing.
    canned: Arc<Answers>,
    conditions: Conditions,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What the test says, the last first.
    rules: Vec<Rule>,
    certificates: BTreeMap<String, Certificate>,
}

struct Rule {
    pattern: Pattern,
    /// One each, the last again and again.
    replies: Vec<Reply>,
    /// How often it still answers.
    left: Option<u64>,
}

impl Servers {
    pub(super) fn new(
        clock: Clock,
        traffic: Arc<Traffic>,
        canned: Arc<Answers>,
        conditions: Conditions,
    ) -> Self {
        Self {
            clock,
            traffic,
            canned,
            conditions,
            state: Arc::default(),
        }
    }

    /// From now on this is answered to what fits.
    pub(super) fn answer(&self, answer: &Answer) {
        let replies = answer.replies.iter().map(WrittenReply::reply).collect();
        self.add(&answer.pattern, replies, answer.times);
    }

    /// From now on this goes wrong.
    pub(super) fn fail(&self, fail: &Fail) {
        if let Some(reply) = fail.how.reply() {
            return self.add(&fail.pattern, vec![reply], fail.times);
        }
        let Some(pattern) = Pattern::read(&fail.pattern) else {
            return;
        };
        let host = pattern.host().to_owned();
        match fail.how {
            Fault::Dns => self.trouble(host, HostTrouble::NoAddress),
            Fault::ConnectTimeout => self.trouble(host, HostTrouble::NeverConnects),
            Fault::Refused => self.trouble(host, HostTrouble::Refused),
            Fault::Unreachable => self.trouble(host, HostTrouble::Unreachable),
            Fault::Expired => self.show(host, Certificate::Expired),
            Fault::WrongName => self.show(host, Certificate::WrongName),
            _ => self.show(host, Certificate::UnknownRoot),
        }
    }

    /// Takes the network away, or gives it back.
    pub(super) fn set_kind(&self, kind: NetworkType) {
        let network = Network::clone(&self.conditions.network());
        self.conditions.set(Network { kind, ..network });
    }

    fn add(&self, pattern: &str, replies: Vec<Reply>, times: Option<f64>) {
        if let Some(pattern) = Pattern::read(pattern) {
            let rule = Rule {
                pattern,
                replies,
                left: times.map(|times| times as u64),
            };
            self.lock().rules.insert(0, rule);
        }
    }

    fn trouble(&self, host: String, fault: HostTrouble) {
        let mut network = Network::clone(&self.conditions.network());
        network.faults.insert(0, HostFault { host, fault });
        self.conditions.set(network);
    }

    fn show(&self, host: String, certificate: Certificate) {
        self.lock().certificates.insert(host, certificate);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    fn reply(&mut self) -> Option<Reply> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1)?;
        }
        if self.replies.len() > 1 {
            return Some(self.replies.remove(0));
        }
        self.replies.first().cloned()
    }

    fn fits(&self, asked: &Asked) -> bool {
        self.left != Some(0)
            && self
                .pattern
                .fits(&asked.method, &asked.host, &asked.path, asked.query.as_deref())
    }
}

impl Respond for Servers {
    fn domains(&self) -> BTreeSet<String> {
        self.canned.domains()
    }

    fn serves(&self, _name: &str) -> bool {
        true
    }

    fn certificate(&self, name: &str) -> Certificate {
        let told = self.lock().certificates.get(name).copied();
        told.unwrap_or_else(|| self.canned.certificate(name))
    }

    fn reply(&self, asked: &Asked) -> Reply {
        let mut state = self.lock();
        let rule = state.rules.iter_mut().find(|rule| rule.fits(asked));
        if let Some(reply) = rule.and_then(Rule::reply) {
            return reply;
        }
        drop(state);
        if self.canned.domains().contains(&asked.host) {
            return self.canned.reply(asked);
        }
        let hint = format!(
            "t.network.answer(\"https://{}{}\", {{ body: … }})",
            asked.host, asked.path
        );
        Reply::json(
            StatusCode::NOT_FOUND,
            &json!({ "error": "no answer fits", "hint": hint }),
        )
    }

    fn pause(&self, asked: &Asked, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let place = request_place(&asked.host, &asked.path, asked.query.as_deref());
        let hold = self.traffic.hold(&place);
        let (clock, moment) = (self.clock.clone(), self.clock.now().checked_add(span));
        Box::pin(async move {
            let _hold = hold;
            match moment {
                Some(moment) => clock.sleep_until(moment).await,
                None => std::future::pending().await,
            }
        })
    }

    fn keeps_connections(&self) -> bool {
        // Whatever goes wrong from now on is to go wrong with the next call, too.
        false
    }
}
