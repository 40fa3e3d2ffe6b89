//! Where a source text is wrong.

/// A syntax error, with the line that holds it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message} ({file}:{line}:{column})\n    {quote}")]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// The line itself; a long one is cut.
    pub(crate) quote: String,
}

impl SyntaxError {
    /// An error at a byte of the source.
    pub(super) fn at(source: &str, offset: usize, file: &str, message: impl Into<String>) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        Self::on(source, (before.matches('\n').count() + 1, column), file, message)
    }

    /// A text that ends too early: an error right after the last of it.
    pub(crate) fn at_end(source: &str, file: &str) -> Self {
        let end = source.trim_end().len();
        Self::at(source, end, file, "unexpected end of file")
    }

    /// A character that no source may hold, if there is one.
    pub(crate) fn of_nul(source: &str, file: &str) -> Option<Self> {
        let at = source.find('\0')?;
        Some(Self::at(source, at, file, "a NUL character in the file"))
    }

    /// An error at a line and column of the source.
    pub(crate) fn on(
        source: &str,
        (line, column): (usize, usize),
        file: &str,
        message: impl Into<String>,
    ) -> Self {
        let quote = source.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let quote = quote
            .trim()
            .chars()
            .filter(|c| *c != '\0')
            .take(MAX_QUOTE)
            .collect();
        Self {
            message: message.into(),
            file: file.to_owned(),
            line,
            column,
            quote,
        }
    }
}

const MAX_QUOTE: usize = 120;
