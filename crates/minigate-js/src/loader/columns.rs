//! Columns of a changed text told in those of the original; lines are the same in both.

use std::collections::BTreeMap;

/// From where on each line how many columns are to be taken off; both count characters from 1.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Columns(BTreeMap<(u32, u32), i64>);

impl Columns {
    /// The original column of a place in the changed text.
    pub(crate) fn original(&self, line: u32, column: u32) -> u32 {
        let shift = self
            .0
            .range((line, 0)..=(line, column))
            .next_back()
            .map_or(0, |(_, shift)| *shift);
        u32::try_from(i64::from(column) - shift).unwrap_or(1).max(1)
    }

    /// Notes that from a column of the changed text on, the line is shifted against the original.
    pub(super) fn shift_from(&mut self, (line, column): (u32, u32), original: u32) {
        self.0
            .insert((line, column), i64::from(column) - i64::from(original));
    }

    /// The same, with a number of characters put before the first line.
    pub(super) fn behind(self, head: u32) -> Self {
        let moved = self.0.into_iter().map(|((line, column), shift)| match line {
            1 => ((1, column + head), shift + i64::from(head)),
            _ => ((line, column), shift),
        });
        let mut columns: BTreeMap<_, _> = moved.collect();
        columns.entry((1, head + 1)).or_insert(i64::from(head));
        Self(columns)
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
