//! Changes to a source text that leave every line on its line.

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

    pub(super) fn apply(mut self) -> String {
        self.edits.sort_by_key(|edit| edit.start);
        let mut result = String::with_capacity(self.source.len() + 16 * self.edits.len());
        let mut done = 0;
        for edit in &self.edits {
            result.push_str(self.source.get(done..edit.start).unwrap_or_default());
            result.push_str(&edit.text);
            done = edit.end;
        }
        result.push_str(self.source.get(done..).unwrap_or_default());
        result
    }
}
