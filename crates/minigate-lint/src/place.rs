//! Where in a file something is.

use serde::Serialize;

use crate::model::Span;

/// A place in a file of the project.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Place {
    /// The file, relative to the project's folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The column behind its end, where it ends on the same line.
    pub end_column: Option<usize>,
}

impl Place {
    /// The beginning of a file.
    pub(crate) fn start_of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
            end_column: None,
        }
    }

    pub(crate) fn of(file: &str, text: &str, at: &Span) -> Self {
        let before = text.get(..at.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = characters(before.get(line_start..)) + 1;
        let within = text.get(at.clone()).filter(|within| !within.contains('\n'));
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column,
            end_column: within
                .filter(|within| !within.is_empty())
                .map(|within| column + characters(Some(within))),
        }
    }
}

/// The line of a text, without blanks around it; a long one is cut.
pub(crate) fn quoted(text: &str, line: usize) -> Option<String> {
    let line = text.lines().nth(line.checked_sub(1)?)?.trim();
    let cut: String = line.chars().take(MAX_QUOTE).collect();
    let more = if cut.len() < line.len() { "…" } else { "" };
    (!cut.is_empty()).then(|| cut + more)
}

fn characters(text: Option<&str>) -> usize {
    text.map_or(0, |text| text.chars().count())
}

const MAX_QUOTE: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_characters() {
        let text = "a\n  天气 = 'x'\n";
        let at = text.find("'x'").unwrap();

        let place = Place::of("a.js", text, &(at..at + 3));

        assert_eq!((place.line, place.column, place.end_column), (2, 8, Some(11)));
        assert_eq!(quoted(text, 2).unwrap(), "天气 = 'x'");
    }
}
