//! Changes to a source text that leave every line on its line.

use super::columns::{Columns, Cursor};

/// A set of replacements in one text, given in any order, none overlapping another.
pub(super) struct Edits<'s> {
    source: &'s str,
    edits: Vec<Edit>,
}

struct Edit {
    start: usize,
    end: usize,
    text: String,
}

impl<'s> Edits<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            edits: Vec::new(),
        }
    }

    /// Puts `text` in place of a range of bytes, followed by as many line breaks as the range held.
    pub(super) fn replace(&mut self, start: u32, end: u32, text: impl Into<String>) {
        let (start, end) = (start as usize, end as usize);
        let lost = self
            .source
            .get(start..end)
            .map_or(0, |old| old.matches('\n').count());
        let text = text.into() + &"\n".repeat(lost);
        self.edits.push(Edit { start, end, text });
    }

    pub(super) fn insert(&mut self, at: u32, text: impl Into<String>) {
        self.replace(at, at, text);
    }

    /// The changed text, and where its columns come from.
    pub(super) fn apply(mut self) -> (String, Columns) {
        self.edits.sort_by_key(|edit| edit.start);
        let mut applied = Applied {
            text: String::with_capacity(self.source.len() + 16 * self.edits.len()),
            columns: Columns::default(),
            here: Cursor::start(),
            original: Cursor::start(),
        };
        let mut done = 0;
        for edit in &self.edits {
            applied.keep(self.source.get(done..edit.start).unwrap_or_default());
            applied.replace(
                self.source.get(edit.start..edit.end).unwrap_or_default(),
                &edit.text,
            );
            done = edit.end;
        }
        applied.keep(self.source.get(done..).unwrap_or_default());
        (applied.text, applied.columns)
    }
}

struct Applied {
    text: String,
    columns: Columns,
    here: Cursor,
    original: Cursor,
}

impl Applied {
    fn keep(&mut self, text: &str) {
        self.text.push_str(text);
        self.here.pass(text);
        self.original.pass(text);
    }

    fn replace(&mut self, old: &str, new: &str) {
        self.text.push_str(new);
        self.here.pass(new);
        self.original.pass(old);
        self.columns
            .shift_from((self.here.line, self.here.column), self.original.column);
    }
}
