//! The log as a file.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::store::Logged;

/// As a table, with a byte order mark so that spreadsheets read it as UTF-8.
pub(super) fn csv(rows: &[Logged]) -> Response {
    let mut text = String::from("\u{feff}sequence,at,actor,origin,action,app,reason,before,after\r\n");
    for row in rows {
        let entry = &row.entry;
        let json = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string);
        let cells = [
            Some(row.sequence.to_string()),
            Some(row.at.to_string()),
            Some(entry.actor.clone()),
            entry.origin.clone(),
            Some(entry.action.clone()),
            entry.app.clone(),
            entry.reason.clone(),
            json(&entry.before),
            json(&entry.after),
        ];
        let cells: Vec<_> = cells.iter().map(|cell| quoted(cell.as_deref())).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    file("text/csv; charset=utf-8", "audit.csv", text)
}

/// As the rows are kept.
pub(super) fn json(rows: &[Logged]) -> Response {
    let text = serde_json::json!(rows).to_string();
    file("application/json", "audit.json", text)
}

fn file(kind: &'static str, name: &str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    (
        [
            (CONTENT_TYPE, kind.to_owned()),
            (CONTENT_DISPOSITION, disposition),
        ],
        text,
    )
        .into_response()
}

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it.
fn quoted(cell: Option<&str>) -> String {
    let cell = cell.unwrap_or_default();
    let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"] {
            assert!(quoted(Some(formula)).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(quoted(Some("a \"b\",\nc")), "\"a \"\"b\"\",\nc\"");
        assert_eq!(quoted(None), "\"\"");
    }
}
