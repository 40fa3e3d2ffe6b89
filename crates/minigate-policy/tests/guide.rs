//! The cases that the platform's documents spell out: lists, referer, queue and background (rules D1 to D6, N1 to N5).

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod support;

use std::time::{Duration, Instant};

use minigate_policy::{
    Action, Call, Debugging, Denial, DomainLists, Era, Gate, Interface, Platform, Policy, Profile, TaskId,
    Visibility, WrittenLists,
};
use serde::Deserialize;
use support::{load, report, same, tag};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Guide {
    setup: Setup,
    calls: Vec<Called>,
    referers: Vec<Referred>,
    lives: Vec<Life>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setup {
    app: String,
    subnets: Vec<String>,
    lists: WrittenLists,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Called {
    url: String,
    interface: Option<Interface>,
    era: Option<Era>,
    redirect: Option<String>,
    #[serde(default)]
    allowed: bool,
    rule: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Referred {
    app: String,
    release: String,
    referer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Life {
    name: String,
    era: Option<Era>,
    steps: Vec<Step>,
    log: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: u64,
    #[serde(default)]
    submit: Vec<String>,
    #[serde(default)]
    finish: Vec<String>,
    visibility: Option<Sight>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sight {
    Foreground,
    Background,
    Pinned,
}

#[test]
fn d1_d3_d4_d6_the_guides_calls_come_out_as_it_says() {
    let guide: Guide = load(FILE);

    report(FILE, &guide.calls, |vector| {
        eras(vector.era).into_iter().try_for_each(|era| {
            let name = format!("{} in {era}", vector.url);
            let denial = guide.setup.call(vector, era).err();
            same(&name, &denial.is_none(), &vector.allowed)?;
            same(
                &name,
                &denial.as_ref().map(|denial| denial.rule().to_string()),
                &vector.rule,
            )?;
            let reason = denial.as_ref().map(|denial| tag(denial.reason(), "/reason"));
            same(&name, &reason, &vector.reason)
        })
    });
}

#[test]
fn n3_the_guides_referers_come_out_as_it_says() {
    let guide: Guide = load(FILE);

    report(FILE, &guide.referers, |vector| {
        let policy = Policy::new(vector.app.parse().unwrap()).with_release(vector.release.parse().unwrap());
        same(
            &vector.release,
            &policy.referer().as_str(),
            &vector.referer.as_str(),
        )
    });
}

#[test]
fn n1_n4_n5_an_apps_calls_start_and_end_when_the_guide_says() {
    let guide: Guide = load(FILE);

    report(FILE, &guide.lives, |vector| {
        eras(vector.era).into_iter().try_for_each(|era| {
            let name = format!("{} ({era})", vector.name);
            same(&name, &Driver::new(era).live(&vector.steps), &vector.log)
        })
    });
}

fn eras(era: Option<Era>) -> Vec<Era> {
    era.map_or_else(|| vec![Era::Guide, Era::Current], |era| vec![era])
}

impl Setup {
    fn call(&self, vector: &Called, era: Era) -> Result<(), Denial> {
        let call = Call::new(
            vector.interface.unwrap_or(Interface::Request),
            vector.url.as_str(),
        );
        let permit = self.policy(era).judge(&call)?;
        match &vector.redirect {
            Some(location) => permit.follow(location).map(drop),
            None => Ok(()),
        }
    }

    fn policy(&self, era: Era) -> Policy {
        let unchecked = Profile {
            reserved_hosts: Vec::new(),
            ..Profile::new(era, Platform::Android)
        };
        Policy::new(self.app.parse().unwrap())
            .with_profile(Profile::new(era, Platform::Android))
            .with_subnets(self.subnets.iter().map(|net| net.parse().unwrap()).collect())
            .with_lists(DomainLists::parse_for(&self.lists, &unchecked).unwrap())
    }
}

/// The owner of a gate, as an engine is one: it lets time pass from deadline to deadline.
struct Driver {
    gate: Gate,
    policy: Policy,
    start: Instant,
    names: Vec<(TaskId, String)>,
    log: Vec<String>,
}

impl Driver {
    fn new(era: Era) -> Self {
        let profile = Profile::new(era, Platform::Android);
        #[expect(
            clippy::disallowed_methods,
            reason = "any moment serves as the origin of a test's time"
        )]
        let start = Instant::now();
        Self {
            gate: Gate::new(&profile),
            policy: Policy::new("wx1".parse().unwrap())
                .with_profile(profile)
                .with_check_skipped(Debugging::On),
            start,
            names: Vec::new(),
            log: Vec::new(),
        }
    }

    fn live(mut self, steps: &[Step]) -> Vec<String> {
        for step in steps {
            let now = self.start + Duration::from_millis(step.at);
            self.pass_until(now);
            self.act(step, now);
        }
        while let Some(deadline) = self.gate.next_deadline() {
            self.pass_until(deadline);
        }
        self.log
    }

    fn pass_until(&mut self, now: Instant) {
        while let Some(deadline) = self.gate.next_deadline().filter(|deadline| *deadline <= now) {
            self.gate.reach(deadline);
            self.write(deadline);
        }
    }

    fn act(&mut self, step: &Step, now: Instant) {
        for name in &step.submit {
            let permit = self
                .policy
                .judge(&Call::new(Interface::Request, "https://a.com/"))
                .unwrap();
            self.names.push((self.gate.submit(&permit, now), name.clone()));
        }
        for name in &step.finish {
            let task = self.names.iter().find(|(_, known)| known == name).unwrap().0;
            self.gate.finish(task, now);
        }
        if let Some(sight) = step.visibility {
            self.gate.set_visibility(sight.into(), now);
        }
        self.write(now);
    }

    fn write(&mut self, now: Instant) {
        while let Some(action) = self.gate.next_action() {
            let (verb, task) = match action {
                Action::Start(task) => ("start", task),
                Action::Interrupt(task) => ("interrupt", task),
                Action::TimeOut(task) => ("time-out", task),
                Action::Refuse(task) => ("refuse", task),
            };
            let name = &self.names.iter().find(|(known, _)| *known == task).unwrap().1;
            self.log
                .push(format!("{} {verb} {name}", (now - self.start).as_millis()));
        }
    }
}

impl From<Sight> for Visibility {
    fn from(sight: Sight) -> Self {
        match sight {
            Sight::Foreground => Self::Foreground,
            Sight::Background => Self::Background,
            Sight::Pinned => Self::Pinned,
        }
    }
}

const FILE: &str = "guide.toml";
