//! A change of verdict.

use std::net::SocketAddr;

use jiff::Timestamp;
use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};
use minigate_policy::{Interface, Rule};
use serde::Serialize;

use super::Turn;
use super::standing::{Difference, Fault};
use crate::check::{Grade, Remark, Report};
use crate::matrix::Outcome;

/// That one thing of a server isn't as it was: one for each address and cause, however many devices it concerns.
#[derive(Clone, Debug)]
pub struct Change {
    /// When the check began that found it.
    pub at: Timestamp,
    /// The text that named the server.
    pub target: String,
    /// The URL that an app would write.
    pub url: String,
    /// Where it was seen; none where it holds before anybody connects.
    pub address: Option<SocketAddr>,
    /// For better or worse.
    pub direction: Direction,
    /// What it was; none where nobody had been able to look.
    pub before: Option<Condition>,
    /// What it is.
    pub after: Condition,
    /// The devices that it concerns, by their IDs; none where it is no matter of devices.
    pub devices: Vec<String>,
    /// The interfaces whose calls it concerns; none where it is no matter of interfaces.
    pub interfaces: Vec<Interface>,
    matter: Matter,
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Something is mended.
    Better,
    /// It is as good or bad as before, for another reason.
    Other,
    /// Something is broken, or about to be.
    Worse,
}

/// What one thing comes to; the worst, where it is several devices'.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What calls from the devices come to; none where it is no matter of devices.
    pub outcome: Option<Outcome>,
    /// How bad it is as a finding; none where all is well.
    pub severity: Option<Severity>,
    /// What is wrong, by its name; none where all is well.
    pub check: Option<&'static str>,
    /// The grade of the address, or of what holds before anybody connects; none where nobody could look.
    pub grade: Option<Grade>,
}

/// What there is to tell of a change.
#[derive(Clone, Debug)]
enum Matter {
    Fault(Box<Fault>),
    Chains,
}

impl Change {
    /// What it is called in reports for machines: what is wrong now, or was.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match &self.matter {
            Matter::Fault(fault) => fault.name(),
            Matter::Chains => Remark::ChainsDiffer.name(),
        }
    }

    /// The rule that it is about, where there is one.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        self.tell(Lang::En).rule
    }

    /// What is wrong now and what to do about it, or else what was.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        match &self.matter {
            Matter::Fault(fault) => fault.tell(lang),
            Matter::Chains => Remark::ChainsDiffer.tell(lang),
        }
    }

    /// Whether what [`Change::tell`] says isn't so any more.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.after.check.is_none()
    }

    /// That one address sends other certificates than the rest, or doesn't any more.
    pub(super) fn of_chains(report: &Report, address: SocketAddr, has_one: bool) -> Self {
        let condition = |is_so: bool| Condition {
            outcome: None,
            severity: is_so.then_some(Severity::Note),
            check: is_so.then_some(Remark::ChainsDiffer.name()),
            grade: None,
        };
        Self {
            at: report.asked_at,
            target: report.target.clone(),
            url: report.url.clone(),
            address: Some(address),
            direction: Direction::Other,
            before: Some(condition(has_one)),
            after: condition(!has_one),
            devices: Vec::new(),
            interfaces: Vec::new(),
            matter: Matter::Chains,
        }
    }
}

impl Condition {
    fn of(fault: Option<&Fault>, is_row: bool, grade: Option<Grade>) -> Self {
        let outcome = fault.map_or(Some(Outcome::Works), |fault| fault.outcome);
        Self {
            outcome: outcome.filter(|_| is_row),
            severity: fault.map(|fault| fault.severity),
            check: fault.map(Fault::name),
            grade,
        }
    }
}

/// One change for each cause, in the order of the devices.
pub(super) fn grouped(report: &Report, address: Option<SocketAddr>, turn: Option<Turn>) -> Vec<Change> {
    let Some(turn) = turn else {
        return Vec::new();
    };
    let mended = turn
        .differences
        .iter()
        .filter(|difference| difference.after.is_none());
    let mended: Vec<_> = mended.map(Difference::cause).collect();
    let mut groups = Vec::<Group<'_>>::new();
    for difference in &turn.differences {
        if difference.is_aside(&mended) {
            continue;
        }
        let cause = difference.cause();
        match groups.iter_mut().find(|group| group.cause == cause) {
            Some(group) => group.differences.push(difference),
            None => groups.push(Group {
                cause,
                differences: vec![difference],
            }),
        }
    }
    let changes = groups.iter();
    changes
        .filter_map(|group| group.change(report, address, &turn))
        .collect()
}

/// What has one cause.
struct Group<'t> {
    cause: Cause,
    differences: Vec<&'t Difference>,
}

/// Whether something is so or no longer so, whether devices fail for it, and its name.
type Cause = (bool, bool, &'static str);

impl Difference {
    fn cause(&self) -> Cause {
        let fault = self.after.as_ref().or(self.before.as_ref());
        let name = fault.map_or("", Fault::name);
        let is_row = fault.is_some_and(|fault| fault.row.is_some());
        (self.after.is_some(), is_row, name)
    }

    /// Whether it is of a device that fails as before, while others work again: it has a fault of its own that the one
    /// they had in common hid.
    fn is_aside(&self, mended: &[Cause]) -> bool {
        let Some(before) = self.before.as_ref().filter(|_| self.after.is_some()) else {
            return false;
        };
        self.direction() == Direction::Other && mended.contains(&(false, before.row.is_some(), before.name()))
    }

    fn direction(&self) -> Direction {
        match rank(self.after.as_ref()).cmp(&rank(self.before.as_ref())) {
            std::cmp::Ordering::Less => Direction::Better,
            std::cmp::Ordering::Equal => Direction::Other,
            std::cmp::Ordering::Greater => Direction::Worse,
        }
    }
}

impl Group<'_> {
    fn change(&self, report: &Report, address: Option<SocketAddr>, turn: &Turn) -> Option<Change> {
        let all = || self.differences.iter();
        let direction = all().map(|difference| difference.direction()).max()?;
        let telling = || all().filter(|difference| difference.direction() == direction);
        let before = worst(telling().map(|difference| difference.before.as_ref()));
        let after = worst(telling().map(|difference| difference.after.as_ref()));
        let (_, is_row, _) = self.cause;
        let rows = telling().filter_map(|difference| {
            let fault = difference.after.as_ref().or(difference.before.as_ref())?;
            fault.row.clone()
        });
        let (devices, interfaces): (Vec<_>, Vec<_>) = rows.unzip();
        Some(Change {
            at: report.asked_at,
            target: report.target.clone(),
            url: report.url.clone(),
            address,
            direction,
            before: turn.before.map(|grade| Condition::of(before, is_row, grade)),
            after: Condition::of(after, is_row, turn.after),
            devices: each_once(devices),
            interfaces: each_once(interfaces),
            matter: Matter::Fault(Box::new(after.or(before)?.clone())),
        })
    }
}

fn worst<'f>(faults: impl Iterator<Item = Option<&'f Fault>>) -> Option<&'f Fault> {
    faults
        .flatten()
        .max_by_key(|fault| (rank(Some(fault)), fault.severity))
}

/// How bad it is: what becomes of a device's call, or else how much a finding counts.
fn rank(fault: Option<&Fault>) -> (Outcome, Option<Severity>) {
    match fault {
        None => (Outcome::Works, None),
        Some(Fault {
            outcome: Some(outcome),
            ..
        }) => (*outcome, None),
        Some(fault) => (Outcome::Works, Some(fault.severity)),
    }
}

fn each_once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut each = Vec::new();
    for item in items {
        if !each.contains(&item) {
            each.push(item);
        }
    }
    each
}
