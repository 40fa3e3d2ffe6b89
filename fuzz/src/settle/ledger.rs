use std::collections::BTreeMap;
use std::sync::Mutex;

use minigate_engine::{CallId, Journal, Step};
use tokio::time::Instant;

/// Checks each call's record while it is written.
#[derive(Default)]
pub(super) struct Ledger(Mutex<BTreeMap<CallId, Record>>);

#[derive(Default)]
struct Record {
    steps: usize,
    is_started: bool,
    is_settled: bool,
    last: Option<Instant>,
}

impl Ledger {
    pub(super) fn assert_complete(&self) {
        for (call, record) in self.0.lock().unwrap().iter() {
            assert!(record.is_settled, "call {call} has no end in the journal");
        }
    }
}

impl Journal for Ledger {
    fn record(&self, call: CallId, at: Instant, step: &Step<'_>) {
        let mut records = self.0.lock().unwrap();
        let record = records.entry(call).or_default();
        assert!(!record.is_settled, "{step:?} follows the settlement");
        assert!(record.last.is_none_or(|last| last <= at), "time runs back");
        let is_first = record.steps == 0;
        assert_eq!(is_first, matches!(step, Step::Called { .. }), "{step:?}");
        match step {
            Step::Started => record.is_started = true,
            Step::Settled(_) => record.is_settled = true,
            Step::Called { .. } | Step::Noted(_) | Step::Queued => {}
            other => assert!(record.is_started, "{other:?} comes before the slot"),
        }
        record.steps += 1;
        record.last = Some(at);
    }
}
