//! Rows of the audit log as text: a table, or an array.

use std::io;

use csv::{QuoteStyle, Terminator, WriterBuilder};
use serde_json::Value;

use crate::store::Logged;

/// What a file of the log is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    /// A table, with a byte order mark so that spreadsheets read it as UTF-8.
    Csv,
    /// An array of the rows as they are kept.
    Json,
}

impl Format {
    /// Its `content-type`.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// What such a file is called.
    pub(crate) const fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "audit.csv",
            Self::Json => "audit.json",
        }
    }

    /// What stands before the rows.
    pub(super) const fn head(self) -> &'static str {
        match self {
            Self::Csv => "\u{feff}sequence,at,actor,origin,action,app,reason,before,after\r\n",
            Self::Json => "[",
        }
    }

    /// What stands between two batches of rows.
    pub(super) const fn joint(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => ",",
        }
    }

    /// What stands after the rows.
    pub(super) const fn tail(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => "]",
        }
    }

    /// Appends rows to a text.
    pub(super) fn write(self, rows: &[Logged], text: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Csv => write_lines(rows, text),
            Self::Json => write_elements(rows, text),
        }
    }
}

fn write_lines(rows: &[Logged], text: &mut Vec<u8>) -> io::Result<()> {
    let mut table = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(text);
    for row in rows {
        table.write_record(cells(row).map(|cell| guarded(cell.unwrap_or_default())))?;
    }
    table.flush()
}

fn cells(row: &Logged) -> [Option<String>; 9] {
    let entry = &row.entry;
    let json = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
    [
        Some(row.sequence.to_string()),
        Some(row.at.to_string()),
        Some(entry.actor.clone()),
        entry.origin.clone(),
        Some(entry.action.clone()),
        entry.app.clone(),
        entry.reason.clone(),
        json(&entry.before),
        json(&entry.after),
    ]
}

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it.
fn guarded(cell: String) -> String {
    let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r']);
    if is_formula { format!("'{cell}") } else { cell }
}

fn write_elements(rows: &[Logged], text: &mut Vec<u8>) -> io::Result<()> {
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            text.push(b',');
        }
        serde_json::to_writer(&mut *text, row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::store::Entry;

    #[test]
    fn a_cell_is_never_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"] {
            assert_eq!(guarded(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(guarded("a=1".to_owned()), "a=1");
    }

    #[test]
    fn a_cell_keeps_its_quotes_commas_and_lines() {
        let row = Logged {
            sequence: 7,
            at: Timestamp::UNIX_EPOCH,
            entry: Entry::new("ann", "app.create").because("a \"b\",\nc"),
        };
        let mut text = Vec::new();

        Format::Csv.write(&[row], &mut text).unwrap();

        let line = "\"7\",\"1970-01-01T00:00:00Z\",\"ann\",\"\",\"app.create\",\"\",\"a \"\"b\"\",\nc\",\"\",\"\"\r\n";
        assert_eq!(text, line.as_bytes());
    }
}
