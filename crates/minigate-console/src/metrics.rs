//! What the console counts and times, for whoever watches it (OpenMetrics).
//!
//! No label has values that a caller can choose: routes are templates, actions and operations are the console's own words.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// What a console counts and times.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    answers: Family<Route, Histogram>,
    operations: Family<Operation, Histogram>,
    failures: Family<Operation, Counter>,
    entries: Family<Action, Counter>,
    streams: Gauge,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Request {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Operation {
    operation: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Action {
    action: String,
}

impl Metrics {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("minigate_console");
        let requests = Family::default();
        let answers = Family::new_with_constructor(latencies as fn() -> Histogram);
        let operations = Family::new_with_constructor(latencies as fn() -> Histogram);
        let failures = Family::default();
        let entries = Family::default();
        let streams = Gauge::default();
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register(
            "answer_seconds",
            "Time from a request's head to its answer's",
            answers.clone(),
        );
        registry.register("store_seconds", "Time that the database took", operations.clone());
        registry.register("store_failures", "What the database didn't do", failures.clone());
        registry.register(
            "audit_entries",
            "Rows of the audit log that this process wrote",
            entries.clone(),
        );
        registry.register("streams", "Change streams that are open", streams.clone());
        Self {
            registry,
            requests,
            answers,
            operations,
            failures,
            entries,
            streams,
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let request = Request {
            method: method_of(method),
            route: route.to_owned(),
            status: class_of(status),
        };
        self.requests.get_or_create(&request).inc();
        let route = Route {
            route: route.to_owned(),
        };
        self.answers.get_or_create(&route).observe(took.as_secs_f64());
    }

    /// The database did something, or failed to.
    pub(crate) fn stored(&self, operation: &'static str, took: Duration, has_failed: bool) {
        let operation = Operation { operation };
        self.operations
            .get_or_create(&operation)
            .observe(took.as_secs_f64());
        if has_failed {
            self.failures.get_or_create(&operation).inc();
        }
    }

    /// A row of the audit log was written.
    pub(crate) fn entered(&self, action: &str) {
        let action = Action {
            action: action.to_owned(),
        };
        self.entries.get_or_create(&action).inc();
    }

    /// All of it, as text.
    pub(crate) fn told(&self, streams: usize) -> String {
        self.streams.set(i64::try_from(streams).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// From half a millisecond to 16 s.
fn latencies() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

/// Callers can make methods up.
fn method_of(method: &str) -> &'static str {
    let known = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    known
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

const fn class_of(status: u16) -> &'static str {
    match status {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told_under_bounded_labels() {
        let metrics = Metrics::new();
        metrics.answered("GET", "/apps/{app}", 200, Duration::from_millis(3));
        metrics.answered("BREW", "/apps/{app}", 405, Duration::from_millis(3));
        metrics.stored("commit", Duration::from_millis(2), true);
        metrics.entered("domains.publish");

        let text = metrics.told(2);

        for line in [
            "minigate_console_requests_total{method=\"GET\",route=\"/apps/{app}\",status=\"2xx\"} 1",
            "minigate_console_requests_total{method=\"other\",route=\"/apps/{app}\",status=\"4xx\"} 1",
            "minigate_console_answer_seconds_count{route=\"/apps/{app}\"} 2",
            "minigate_console_store_failures_total{operation=\"commit\"} 1",
            "minigate_console_audit_entries_total{action=\"domains.publish\"} 1",
            "minigate_console_streams 2",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
