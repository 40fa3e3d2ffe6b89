//! What counts for a change from one check to the next.

use std::net::SocketAddr;

use minigate_inspect::Severity;
use minigate_inspect::check::{AddressReport, Change, Condition, Direction, Report, Unseen, Watched};
use minigate_inspect::matrix::{Cause, Outcome};
use minigate_inspect::probe::{Greeting, Reach, Refusal, SentChain};
use minigate_policy::Rule;
use minigate_policy::diagnosis::Lang;
use minigate_testkit::lab::{self, Lab};

use crate::check::check;

/// A server whose second address leaves the intermediates out, taken apart and put together anew.
struct Parts {
    whole: Report,
    well: AddressReport,
    broken: AddressReport,
}

#[tokio::test(flavor = "multi_thread")]
async fn t5_a_chain_that_breaks_at_one_address_is_one_change_that_names_it() {
    let parts = Parts::new().await;
    let (well, broken) = (
        parts.report([parts.well(1), parts.well(2)]),
        parts.report([parts.well(1), parts.broken(2)]),
    );
    let mut watched = Watched::default();

    assert_eq!(watched.note(&well).len(), 0);
    let worse = watched.note(&broken);
    assert_eq!(watched.note(&broken).len(), 0);
    let better = watched.note(&well);

    let [worse] = worse.as_slice() else {
        panic!("{worse:?}")
    };
    assert_eq!(
        (worse.direction, worse.address),
        (Direction::Worse, Some(address(2)))
    );
    assert_eq!(
        (worse.name(), worse.rule()),
        ("missing-intermediate", Some(Rule::T5))
    );
    assert_eq!(outcomes(worse), (Some(Outcome::Works), Some(Outcome::Fails)));
    assert!(worse.devices.iter().any(|device| device == "ios"), "{worse:?}");
    assert_eq!(worse.interfaces, parts.whole.interfaces);
    assert_ne!(worse.tell(Lang::En).headline, worse.tell(Lang::Zh).headline);
    let [better] = better.as_slice() else {
        panic!("{better:?}")
    };
    assert_eq!(
        (better.direction, better.address),
        (Direction::Better, Some(address(2)))
    );
    assert!(better.is_over());
    assert_eq!(better.devices, worse.devices);
}

#[tokio::test(flavor = "multi_thread")]
async fn t4_a_certificate_that_will_end_is_a_change_once_and_its_days_are_none() {
    let parts = Parts::new().await;
    let with_days_left = |days_left| {
        let mut address = parts.well(1);
        for row in address
            .verdicts
            .iter_mut()
            .flat_map(|verdicts| &mut verdicts.rows)
        {
            if row.cause.is_none() {
                row.outcome = Outcome::Warning;
                row.cause = Some(Cause::EndsSoon {
                    days_left,
                    not_after: jiff::Timestamp::UNIX_EPOCH,
                });
            }
        }
        parts.report([address])
    };
    let mut watched = Watched::default();
    watched.note(&parts.report([parts.well(1)]));

    let changes = watched.note(&with_days_left(20));

    assert_eq!(names(&changes), ["ends-soon"]);
    assert_eq!(watched.note(&with_days_left(19)).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cant_be_reached_is_a_change_the_second_time_and_back_at_once() {
    let parts = Parts::new().await;
    let well = parts.report([parts.well(1), parts.well(2)]);
    let dead = parts.report([parts.well(1), parts.dead(2)]);
    let mut watched = Watched::default();
    watched.note(&well);

    assert_eq!(watched.note(&dead).len(), 0);
    assert_eq!(watched.note(&well).len(), 0, "it was down for a moment");
    assert_eq!(watched.note(&dead).len(), 0);
    let down = watched.note(&dead);
    let up = watched.note(&well);

    assert_eq!((names(&down), at(&down)), (vec!["timed-out"], vec![address(2)]));
    assert_eq!((names(&up), at(&up)), (vec!["timed-out"], vec![address(2)]));
    assert_eq!(
        (down[0].direction, up[0].direction),
        (Direction::Worse, Direction::Better)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_breaks_off_once_is_no_change_and_one_that_always_does_delays_none() {
    let parts = Parts::new().await;
    let torn = |mut address: AddressReport| {
        let first = address.facts.versions.first_mut().unwrap();
        first.greeting = Greeting::Refused(Refusal::Reset { bytes: 0 });
        parts.report([address])
    };
    let mut watched = Watched::default();
    watched.note(&parts.report([parts.well(1)]));

    assert_eq!(watched.note(&torn(parts.broken(1))).len(), 0);
    assert_eq!(watched.note(&parts.report([parts.well(1)])).len(), 0);
    assert_eq!(watched.note(&torn(parts.well(1))).len(), 0);
    assert_eq!(watched.note(&torn(parts.well(1))).len(), 0);
    assert_eq!(
        names(&watched.note(&torn(parts.broken(1)))),
        ["missing-intermediate"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_take_turns_in_the_dns_are_no_change() {
    let parts = Parts::new().await;
    let mut watched = Watched::default();
    watched.note(&parts.report([parts.well(1), parts.broken(2)]));

    for turn in [
        vec![parts.well(1)],
        vec![parts.broken(2)],
        vec![parts.broken(2), parts.well(1)],
        vec![parts.well(3), parts.broken(4)],
    ] {
        let changes = watched.note(&parts.report(turn));
        assert_eq!(changes.len(), 0, "{changes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_that_is_unlike_all_others_is_a_change() {
    let parts = Parts::new().await;
    let mut watched = Watched::default();
    watched.note(&parts.report([parts.well(1), parts.well(2)]));

    let changes = watched.note(&parts.report([parts.well(1), parts.broken(3)]));

    assert_eq!(
        (names(&changes), at(&changes)),
        (vec!["missing-intermediate"], vec![address(3)])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn new_addresses_that_are_alike_are_a_change_each() {
    let parts = Parts::new().await;
    let mut watched = Watched::default();
    watched.note(&parts.report([parts.well(1), parts.well(2)]));

    let changes = watched.note(&parts.report([parts.broken(3), parts.broken(4)]));

    assert_eq!(at(&changes), [address(3), address(4)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_loses_its_addresses_is_a_change_the_second_time_and_of_no_address() {
    let parts = Parts::new().await;
    let well = parts.report([parts.well(1), parts.broken(2)]);
    let mut nowhere = parts.report([]);
    nowhere.unseen = Some(Unseen::NoAddress {
        host: "api.example.com".to_owned(),
        reason: None,
    });
    let mut watched = Watched::default();
    watched.note(&well);

    assert_eq!(watched.note(&nowhere).len(), 0);
    let gone = watched.note(&nowhere);
    let back = watched.note(&well);

    assert_eq!(
        (names(&gone), at(&gone), gone[0].direction),
        (vec!["no-address"], vec![], Direction::Worse)
    );
    assert_eq!(
        (names(&back), at(&back), back[0].direction),
        (vec!["no-address"], vec![], Direction::Better)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_couldnt_be_looked_at_from_the_beginning_is_told_when_it_can() {
    let parts = Parts::new().await;
    let mut nowhere = parts.report([]);
    nowhere.unseen = Some(Unseen::NoAddress {
        host: "api.example.com".to_owned(),
        reason: None,
    });
    let mut watched = Watched::default();
    watched.note(&nowhere);

    let changes = watched.note(&parts.report([parts.broken(1)]));

    let broken = changes
        .iter()
        .find(|change| change.name() == "missing-intermediate");
    let broken = broken.unwrap();
    assert_eq!((broken.address, broken.before), (Some(address(1)), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_certificates_at_one_address_are_told_once_and_renewed_ones_everywhere_are_not() {
    let parts = Parts::new().await;
    let mut watched = Watched::default();
    watched.note(&parts.report([parts.well(1), parts.well(2)]));

    let apart = parts.report([parts.well(1), parts.renewed(2)]);
    let changes = watched.note(&apart);
    assert_eq!(
        (names(&changes), at(&changes), changes[0].direction),
        (vec!["chains-differ"], vec![address(2)], Direction::Other)
    );
    assert_eq!(watched.note(&apart).len(), 0);

    let together = parts.report([parts.renewed(1), parts.renewed(2)]);
    let changes = watched.note(&together);
    assert_eq!(
        (names(&changes), at(&changes)),
        (vec!["chains-differ"], vec![address(1)])
    );
    assert!(changes[0].is_over());

    let again = parts.report([parts.well(1), parts.well(2)]);
    assert_eq!(watched.note(&again).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_addresses_dont_fill_the_memory() {
    let parts = Parts::new().await;
    let mut watched = Watched::default();
    watched.note(&parts.report([parts.well(1)]));

    for port in 2..=600 {
        watched.note(&parts.report([parts.well(port)]));
    }
    // The first one is forgotten, and so is new; it is like the others.
    assert_eq!(watched.note(&parts.report([parts.well(1)])).len(), 0);
    assert_eq!(
        names(&watched.note(&parts.report([parts.broken(600)]))),
        ["missing-intermediate"]
    );
}

impl Parts {
    async fn new() -> Self {
        let whole = check(&Lab::at(lab::now()), lab::fault("two_addresses")).await;
        let [well, broken] = whole.addresses.clone().try_into().unwrap();
        Self { whole, well, broken }
    }

    fn report(&self, addresses: impl Into<Vec<AddressReport>>) -> Report {
        Report {
            addresses: addresses.into(),
            ..self.whole.clone()
        }
    }

    fn well(&self, port: u16) -> AddressReport {
        let mut report = self.well.clone();
        report.facts.address = address(port);
        report
    }

    /// The same with certificates that are other ones.
    fn renewed(&self, port: u16) -> AddressReport {
        let mut report = self.well(port);
        for SentChain(chain) in &mut report.facts.chains {
            chain.reverse();
        }
        report
    }

    fn broken(&self, port: u16) -> AddressReport {
        let mut report = self.broken.clone();
        report.facts.address = address(port);
        report
    }

    fn dead(&self, port: u16) -> AddressReport {
        let mut report = self.well(port);
        report.facts.reach = Reach::TimedOut;
        report.facts.versions.clear();
        report.facts.chains.clear();
        (report.chain, report.leaf, report.application) = (None, None, None);
        report.remarks.clear();
        for row in report.verdicts.iter_mut().flat_map(|verdicts| &mut verdicts.rows) {
            row.outcome = Outcome::Fails;
            row.cause = Some(Cause::TimedOut);
        }
        report
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 7], port))
}

fn names(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(Change::name).collect()
}

fn at(changes: &[Change]) -> Vec<SocketAddr> {
    changes.iter().filter_map(|change| change.address).collect()
}

fn outcomes(change: &Change) -> (Option<Outcome>, Option<Outcome>) {
    let before: Condition = change.before.unwrap();
    assert!(change.after.severity >= Some(Severity::Warn));
    (before.outcome, change.after.outcome)
}
