//! What is wrong with what can't be read.

use std::error::Error;

use minigate_policy::diagnosis::Lang;

use crate::text::Text;

/// What is wrong with it.
#[derive(Debug)]
pub(crate) enum Malformed {
    /// In the console's own words.
    Own(Text),
    /// The same, of a text that was sent.
    Of(String, Text),
    /// In those of a library, in English.
    Library(String),
}

impl Malformed {
    /// What is wrong with a text, which is quoted.
    pub(crate) fn of(sent: &str, text: Text) -> Self {
        Self::Of(sent.chars().take(100).collect(), text)
    }

    pub(super) fn tell(&self, lang: Lang) -> String {
        match self {
            Self::Own(text) => text.of(lang).to_owned(),
            Self::Of(sent, text) => format!("`{sent}` {}", text.of(lang)),
            Self::Library(text) => text.clone(),
        }
    }
}

impl From<Text> for Malformed {
    fn from(text: Text) -> Self {
        Self::Own(text)
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Malformed {
    fn from(error: E) -> Self {
        Self::Library(error.into().to_string())
    }
}

/// What no form of the console's sends.
pub(crate) const NO_CHOICE: Text = Text(
    "a field has a value that isn't among its choices",
    "某个字段的值不在可选范围内",
);
pub(crate) const LONG_REASON: Text = Text("a reason has at most 1,000 characters", "原因最多 1,000 个字符");
pub(crate) const LONG_URL: Text = Text("a URL has at most 4,096 characters", "URL 最多 4,096 个字符");
