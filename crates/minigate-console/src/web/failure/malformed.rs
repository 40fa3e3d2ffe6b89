//! What is wrong with what can't be read.

use std::num::ParseIntError;

use axum::http::header::ToStrError;
use minigate_policy::diagnosis::{Lang, tell_entry};
use minigate_policy::{AppIdError, DomainError, Interface, ReleaseError, UnknownInterface, UnknownName};
use url::ParseError;

use crate::access::UnknownRight;
use crate::account::BadAccountName;
use crate::bulk::BulkError;
use crate::text::Text;

/// What is wrong with it.
#[derive(Debug)]
pub(crate) enum Malformed {
    /// In the console's own words.
    Own(Text),
    /// The same, of a text that was sent.
    Of(String, Text),
    /// In the console's own words, with numbers in them: in English, and in Chinese.
    Both(String, String),
    /// In those of a library, in English.
    Library(String),
    /// The same, of a field.
    Field {
        /// Its name, or the way to it.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A field has a value that isn't among its choices.
    Choice {
        /// Its name, or the way to it.
        field: String,
        /// What was sent.
        sent: String,
        /// What can be sent; none where they aren't known.
        choices: Vec<String>,
    },
}

impl Malformed {
    /// What is wrong with a text, which is quoted.
    pub(crate) fn of(sent: &str, text: Text) -> Self {
        Self::Of(shortened(sent), text)
    }

    /// That a text isn't among those that a field can have, which no form of the console's sends.
    pub(crate) fn no_choice(field: &str, sent: &str, choices: &[&str]) -> Self {
        Self::Choice {
            field: field.to_owned(),
            sent: shortened(sent),
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        }
    }

    /// The same, of a field that names an interface.
    pub(crate) fn no_interface(field: &str, sent: &str) -> Self {
        Self::no_choice(field, sent, &Interface::ALL.map(Interface::name))
    }

    /// What a library says of a field.
    pub(crate) fn in_field(field: &str, reason: &str) -> Self {
        let field = shortened(field);
        match unknown_variant(reason) {
            Some((sent, choices)) => Self::Choice {
                field,
                sent: shortened(sent),
                choices,
            },
            None => Self::Field {
                field,
                reason: reason.chars().take(LONGEST_REASON).collect(),
            },
        }
    }

    /// Which field is wrong, where that is known.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Field { field, .. } | Self::Choice { field, .. } => Some(field),
            Self::Own(_) | Self::Of(..) | Self::Both(..) | Self::Library(_) => None,
        }
    }

    /// What can stand in that field, where it is one of a few.
    pub(crate) fn choices(&self) -> &[String] {
        match self {
            Self::Choice { choices, .. } => choices,
            _ => &[],
        }
    }

    /// What is wrong, in English and in Chinese.
    pub(crate) fn both(english: String, chinese: impl Into<String>) -> Self {
        Self::Both(english, chinese.into())
    }

    /// What a library says of it.
    pub(crate) const fn library(text: String) -> Self {
        Self::Library(text)
    }

    pub(super) fn tell(&self, lang: Lang) -> String {
        match self {
            Self::Own(text) => text.of(lang).to_owned(),
            Self::Of(sent, text) => format!("`{sent}` {}", text.of(lang)),
            Self::Both(english, chinese) => lang.pick(english, chinese).to_owned(),
            Self::Library(text) => match lang {
                Lang::En => text.clone(),
                Lang::Zh => format!("格式不符（{text}）"),
            },
            Self::Field { field, reason } => match lang {
                Lang::En => format!("`{field}`: {reason}"),
                Lang::Zh => format!("`{field}` 格式不符（{reason}）"),
            },
            Self::Choice { field, sent, choices } => choice(field, sent, choices, lang),
        }
    }
}

fn choice(field: &str, sent: &str, choices: &[String], lang: Lang) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    match (lang, sent.is_empty(), choices.is_empty()) {
        (Lang::En, true, true) => format!("nothing is chosen in `{field}`"),
        (Lang::Zh, true, true) => format!("`{field}` 未选择"),
        (Lang::En, true, false) => {
            let choices = quoted.join(", ");
            format!("nothing is chosen in `{field}`, whose choices are {choices}")
        }
        (Lang::Zh, true, false) => format!("`{field}` 未选择，应为 {}", quoted.join("、")),
        (Lang::En, false, true) => format!("`{sent}` isn't among the choices of `{field}`"),
        (Lang::Zh, false, true) => format!("`{sent}` 不在 `{field}` 的可选范围内"),
        (Lang::En, false, false) => {
            let choices = quoted.join(", ");
            format!("`{sent}` isn't among the choices of `{field}`, which are {choices}")
        }
        (Lang::Zh, false, false) => {
            let choices = quoted.join("、");
            format!("`{sent}` 不在 `{field}` 的可选范围内，应为 {choices}")
        }
    }
}

/// What was sent and what can be, where that is what serde says: it has no other way to tell.
fn unknown_variant(reason: &str) -> Option<(&str, Vec<String>)> {
    let (sent, expected) = reason
        .strip_prefix("unknown variant `")?
        .rsplit_once("`, expected ")?;
    let choices = expected.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((sent, choices.collect()))
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_SHOWN).collect()
}

impl From<Text> for Malformed {
    fn from(text: Text) -> Self {
        Self::Own(text)
    }
}

impl From<DomainError> for Malformed {
    fn from(error: DomainError) -> Self {
        let error = error.into();
        Self::both(tell_entry(&error, Lang::En), tell_entry(&error, Lang::Zh))
    }
}

impl From<BulkError> for Malformed {
    fn from(error: BulkError) -> Self {
        Self::both(error.to_string(), error.tell(Lang::Zh))
    }
}

impl From<BadAccountName> for Malformed {
    fn from(error: BadAccountName) -> Self {
        let chinese = error.in_chinese();
        Self::both(error.to_string(), chinese)
    }
}

macro_rules! told_in_chinese {
    ($($error:ty => $chinese:literal)*) => {
        $(impl From<$error> for Malformed {
            fn from(error: $error) -> Self {
                Self::both(error.to_string(), $chinese)
            }
        })*
    };
}
told_in_chinese! {
    AppIdError => "AppID 须为 1 到 64 个字母、数字、`-` 或 `_`，例如 `wx0123456789abcdef`"
    ParseError => "这不是 URL"
    ParseIntError => "应为数字"
    ReleaseError => "没有这个版本：应为 develop、trial 或发布的编号"
    ToStrError => "请求头含有 ASCII 以外的字符"
    UnknownInterface => "没有这个接口：应为 request、uploadFile、downloadFile 或 connectSocket"
    UnknownName => "不在可选范围内"
    UnknownRight => "没有这个权限范围：应为 domains:read、domains:write、domains:approve、domains:publish、app:manage、audit:read 或 platform:operate"
}

/// What a day has to look like.
pub(crate) const NO_DAY: Text = Text("is no day: write it as 2026-12-31", "不是日期：请写成 2026-12-31");
pub(crate) const UNFIT_REASON: Text = Text(
    "a reason has at most 1,000 characters, none of them a control character",
    "原因最多 1,000 个字符，不含控制字符",
);
pub(crate) const LONG_URL: Text = Text("a URL has at most 4,096 characters", "URL 最多 4,096 个字符");
const LONGEST_REASON: usize = 500;
const LONGEST_SHOWN: usize = 100;

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde::de::value::Error;
    use serde::de::{Error as _, IntoDeserializer};

    use super::*;

    #[derive(Debug, Deserialize)]
    enum One {
        Only,
    }

    #[test]
    fn what_serde_says_of_a_choice_is_understood() {
        let of = |choices: &'static [&'static str]| {
            let error = Error::unknown_variant("`, expected x", choices);
            let told = error.to_string();
            unknown_variant(&told).map(|(sent, choices)| (sent.to_owned(), choices))
        };
        let found = |choices: &[&str]| {
            let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
            Some(("`, expected x".to_owned(), choices))
        };

        assert_eq!(of(&["a"]), found(&["a"]));
        assert_eq!(of(&["a", "b"]), found(&["a", "b"]));
        assert_eq!(of(&["a", "b", "c"]), found(&["a", "b", "c"]));
        assert_eq!(unknown_variant("missing field `a`"), None);
        let sent: Result<One, Error> = One::deserialize("two".into_deserializer());
        let told = Malformed::in_field("a.b", &sent.unwrap_err().to_string());
        assert_eq!(
            told.tell(Lang::En),
            "`two` isn't among the choices of `a.b`, which are `Only`"
        );
        assert!(matches!(
            One::deserialize("Only".into_deserializer()),
            Ok::<_, Error>(One::Only)
        ));
    }
}
