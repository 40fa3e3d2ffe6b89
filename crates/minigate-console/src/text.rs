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

/// That a text can't be a name, or that there is none: an empty one can't be quoted.
pub(crate) fn unfit_en(text: &str, what: &str) -> String {
    if text.is_empty() {
        format!("the {what} is missing")
    } else {
        format!("`{text}` is no {what}")
    }
}

/// The same in Chinese.
pub(crate) fn unfit_zh(text: &str, what: &str) -> String {
    if text.is_empty() {
        format!("缺少{what}")
    } else {
        format!("`{text}` 不能作为{what}")
    }
}
