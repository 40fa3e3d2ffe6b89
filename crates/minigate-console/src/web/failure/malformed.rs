//! What is wrong with what can't be read.

use std::num::ParseIntError;

use axum::http::header::ToStrError;
use minigate_policy::diagnosis::{Lang, tell_entry};
use minigate_policy::{AppIdError, DomainError, ReleaseError, UnknownInterface, UnknownName};
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
}

impl Malformed {
    /// What is wrong with a text, which is quoted.
    pub(crate) fn of(sent: &str, text: Text) -> Self {
        Self::Of(sent.chars().take(100).collect(), text)
    }

    /// That a text isn't among those that a field can have, which no form of the console's sends.
    pub(crate) fn no_choice(sent: &str) -> Self {
        if sent.is_empty() {
            Self::Own(NOTHING_CHOSEN)
        } else {
            Self::of(sent, NO_CHOICE)
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
        }
    }
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
const NO_CHOICE: Text = Text("isn't among the choices of its field", "不在该字段的可选范围内");
const NOTHING_CHOSEN: Text = Text("nothing is chosen in a field that needs it", "有必选的字段未选择");
pub(crate) const UNFIT_REASON: Text = Text(
    "a reason has at most 1,000 characters, none of them a control character",
    "原因最多 1,000 个字符，不含控制字符",
);
pub(crate) const LONG_URL: Text = Text("a URL has at most 4,096 characters", "URL 最多 4,096 个字符");
