//! What an account is called.

use std::fmt;
use std::str::FromStr;

use crate::text::{unfit_en, unfit_zh};
use serde::{Deserialize, Serialize};

/// An account's name: 1 to 64 of `a` to `z`, digits, `.`, `_` and `-`. It is never used for anybody else.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

/// The text is no name of an account.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: use 1 to 64 lower-case letters, digits, `.`, `_` or `-`", unfit_en(.0, "account name"))]
pub struct BadAccountName(String);

impl BadAccountName {
    pub(crate) fn in_chinese(&self) -> String {
        format!(
            "{}：须为 1 到 64 个小写字母、数字、`.`、`_` 或 `-`",
            unfit_zh(&self.0, "账号名")
        )
    }
}

impl AccountName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = BadAccountName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadAccountName(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for AccountName {
    type Error = BadAccountName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> Self {
        name.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        let long = "a".repeat(65);

        for good in ["a", "li.wei-2_x", &long[..64]] {
            assert_eq!(good.parse::<AccountName>().unwrap().as_str(), good);
        }
        for bad in ["", "Alice", "a b", "a/b", "李", "a\n", &long] {
            assert!(bad.parse::<AccountName>().is_err(), "{bad}");
        }
    }
}
