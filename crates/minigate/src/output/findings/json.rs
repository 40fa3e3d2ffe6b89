//! Findings as JSON. What a member means is in docs/lint.md; a change of meaning changes the version.

use serde_json::json;

use super::super::Lists;
use super::{FilePlace, Found, Tally};

/// One object for a whole report.
pub(crate) fn json(found: &[Found<FilePlace>], tally: &Tally, lists: &Lists) -> String {
    let findings: Vec<_> = found
        .iter()
        .map(|found| {
            json!({
                "check": found.check,
                "rule": found.told.rule,
                "severity": found.severity,
                "file": found.place.place.file,
                "line": found.place.place.line,
                "column": found.place.place.column,
                "end_column": found.place.place.end_column,
                "quote": found.place.quote,
                "headline": found.told.headline,
                "seen": found.told.seen,
                "remedies": found.told.remedies,
            })
        })
        .collect();
    json!({ "schema": SCHEMA, "findings": findings, "summary": tally, "lists": lists }).to_string()
}

const SCHEMA: &str = "minigate-lint/1";
