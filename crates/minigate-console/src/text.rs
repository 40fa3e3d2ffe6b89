//! Words of the console in both languages.

use minigate_policy::diagnosis::Lang;

/// A text in both languages; one without the other doesn't compile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Text(pub(crate) &'static str, pub(crate) &'static str);

impl Text {
    /// In one of them.
    pub(crate) const fn of(self, lang: Lang) -> &'static str {
        lang.pick(self.0, self.1)
    }
}
