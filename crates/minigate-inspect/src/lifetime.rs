//! How long a certificate may be valid.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::certificate::CertificateFacts;

/// The longest life that public authorities may give, from some day on.
///
/// Private authorities aren't bound by it; Apple's systems hold every certificate to 825 days.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LifetimeLimit {
    /// The first moment, in seconds since 1970, at which a certificate that begins is bound by it.
    pub since: i64,
    /// The longest life in days; a day that has begun counts.
    pub days: i64,
    /// Who decided it.
    pub source: &'static str,
}

/// All limits, the oldest first (CA/Browser Forum, Baseline Requirements §6.3.2).
pub const LIFETIME_LIMITS: [LifetimeLimit; 5] = [
    limit(
        1_519_862_400,
        825,
        "CA/Browser Forum ballot 193, for certificates from 2018-03-01",
    ),
    limit(
        1_598_918_400,
        398,
        "Apple, Google and Mozilla, for certificates from 2020-09-01",
    ),
    limit(
        1_773_532_800,
        200,
        "CA/Browser Forum ballot SC-081v3, for certificates from 2026-03-15",
    ),
    limit(
        1_805_068_800,
        100,
        "CA/Browser Forum ballot SC-081v3, for certificates from 2027-03-15",
    ),
    limit(
        1_868_227_200,
        47,
        "CA/Browser Forum ballot SC-081v3, for certificates from 2029-03-15",
    ),
];

const fn limit(since: i64, days: i64, source: &'static str) -> LifetimeLimit {
    LifetimeLimit { since, days, source }
}

/// How long a certificate is valid, against what is allowed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifetime {
    /// Its whole life in days; the last second counts (RFC 5280 §4.1.2.5), and so does a day that has only begun.
    pub days: i64,
    /// The days that are left, rounded down; negative where it has expired.
    pub days_left: i64,
    /// The limit that bound its authority when it began.
    pub limit: Option<i64>,
    /// When the first limit comes that a renewal with the same life would break.
    pub too_long_from: Option<Timestamp>,
}

impl Lifetime {
    /// The life of a certificate, seen from now.
    #[must_use]
    pub fn of(certificate: &CertificateFacts, now: Timestamp) -> Self {
        let (begins, ends) = (
            certificate.not_before.as_second(),
            certificate.not_after.as_second(),
        );
        let seconds = ends.saturating_sub(begins).saturating_add(1);
        let days = seconds.div_euclid(DAY) + i64::from(seconds.rem_euclid(DAY) > 0);
        let bound = LIFETIME_LIMITS.iter().rev().find(|limit| limit.since <= begins);
        let coming = LIFETIME_LIMITS
            .iter()
            .find(|limit| limit.since > now.as_second() && limit.days < days);
        Self {
            days,
            days_left: ends.saturating_sub(now.as_second()).div_euclid(DAY),
            limit: bound.map(|limit| limit.days),
            too_long_from: coming.and_then(|limit| Timestamp::from_second(limit.since).ok()),
        }
    }

    /// Whether it is longer than its authority was allowed to make it.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.limit.is_some_and(|limit| self.days > limit)
    }
}

const DAY: i64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t7_every_limit_begins_on_the_day_that_its_source_names() {
        for limit in LIFETIME_LIMITS {
            let since = Timestamp::from_second(limit.since).unwrap().to_string();

            let (day, time) = since.split_once('T').unwrap();
            assert!(limit.source.ends_with(day), "{day}: {}", limit.source);
            assert_eq!(time, "00:00:00Z");
        }
    }
}
