//! Places of a changed text told in those of the original.

use std::collections::BTreeMap;

/// What holds from which place of the changed text on, to the next one on the line; all count characters from 1.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Columns(BTreeMap<(u32, u32), Origin>);

/// Where a part of a line comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    /// The same line, with so many columns to be taken off.
    Shifted(i64),
    /// One place for all of it: the statement that it stands for.
    Place(u32, u32),
}

impl Columns {
    /// Notes that from a place of the changed text on stands what stood at a place of the original.
    pub(super) fn note(&mut self, changed: (u32, u32), (line, column): (u32, u32)) {
        self.0.insert(changed, Origin::Place(line, column));
    }

    /// The original line and column of a place in the changed text.
    pub(crate) fn original(&self, line: u32, column: u32) -> (u32, u32) {
        let origin = self.0.range((line, 0)..=(line, column)).next_back();
        match origin.map(|(_, origin)| *origin) {
            Some(Origin::Place(line, column)) => (line, column),
            Some(Origin::Shifted(shift)) => (line, shifted(column, -shift)),
            None => (line, column),
        }
    }

    /// Notes that from a column of the changed text on, the line is shifted against the original.
    pub(super) fn shift_from(&mut self, (line, column): (u32, u32), original: u32) {
        let shift = i64::from(column) - i64::from(original);
        self.0.insert((line, column), Origin::Shifted(shift));
    }

    /// The same, with something put before the first line: `before` characters that come from nowhere, then a head
    /// of `head` characters, parts of which stand for places.
    pub(super) fn behind(self, before: u32, head: &Head) -> Self {
        let added = before + head.chars();
        let moved = self.0.into_iter().map(|((line, column), origin)| match origin {
            Origin::Shifted(shift) if line == 1 => {
                ((1, column + added), Origin::Shifted(shift + i64::from(added)))
            }
            _ => ((line, column), origin),
        });
        let mut columns: BTreeMap<_, _> = moved.collect();
        columns
            .entry((1, added + 1))
            .or_insert(Origin::Shifted(i64::from(added)));
        // The engine puts a call on the first line one column too early, which may be before the text.
        columns.entry((1, added)).or_insert(Origin::Place(1, 1));
        let parts = head.parts.iter();
        columns
            .extend(parts.map(|(at, (line, column))| ((1, before + at + 1), Origin::Place(*line, *column))));
        Self(columns)
    }
}

fn shifted(column: u32, shift: i64) -> u32 {
    u32::try_from(i64::from(column) + shift).unwrap_or(1).max(1)
}

/// What stands before a text, on its first line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Head {
    pub(super) text: String,
    /// After how many characters a part begins that stands for which line and column of the original.
    parts: Vec<(u32, (u32, u32))>,
}

impl Head {
    pub(super) fn new(text: String) -> Self {
        Self {
            text,
            parts: Vec::new(),
        }
    }

    /// Appends a part that stands for a place of the original.
    pub(super) fn add(&mut self, text: &str, place: (u32, u32)) {
        self.parts.push((self.chars(), place));
        self.text.push_str(text);
    }

    fn chars(&self) -> u32 {
        u32::try_from(self.text.chars().count()).unwrap_or(u32::MAX)
    }
}

/// A place in a text that moves forward with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Cursor {
    pub(super) fn start() -> Self {
        Self { line: 1, column: 1 }
    }

    pub(super) fn pass(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\n' {
                *self = Self {
                    line: self.line + 1,
                    column: 1,
                };
            } else {
                self.column += 1;
            }
        }
    }
}
