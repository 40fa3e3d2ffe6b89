//! What to tell people: the rule that was broken, what was seen, and what to do, in English and Chinese (rule S4).
//!
//! The platform's own `errMsg` is for the app and stays as it is; this is for the app's developer. A sentence that
//! is missing in a language doesn't compile.

mod en;
mod zh;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{EntryError, ListsError, Nearest, Proposal, Reason, Rule, Verdict};

/// A language in which people are told.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 中文.
    Zh,
}

impl Lang {
    /// The language that a locale such as `zh_CN.UTF-8` asks for; English where it is neither.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") {
            Self::Zh
        } else {
            Self::En
        }
    }

    /// One of two texts.
    #[must_use]
    pub const fn pick<T: Copy>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// The text names neither language.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not a language: use en or zh")]
pub struct UnknownLang(String);

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "en" => Ok(Self::En),
            "zh" => Ok(Self::Zh),
            _ => Err(UnknownLang(name.to_owned())),
        }
    }
}

/// A diagnosis in one language.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The broken rule; none where nothing is wrong.
    pub rule: Option<Rule>,
    /// What happened, in one sentence with its values, lower case and without a full stop.
    pub headline: String,
    /// What else was seen: the entries that come near.
    pub seen: Vec<String>,
    /// What to do, the simplest first.
    pub remedies: Vec<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// It may go wrong.
    Warn,
    /// It goes wrong.
    Fail,
}

impl Severity {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// Tells what a verdict found.
#[must_use]
pub fn tell(verdict: &Verdict, lang: Lang) -> Diagnosis {
    Diagnosis {
        rule: verdict.reason().map(Reason::rule),
        headline: lang.headline(verdict),
        seen: verdict.nearest.iter().map(|near| lang.nearest(near)).collect(),
        remedies: verdict
            .proposals
            .iter()
            .map(|proposal| lang.proposal(proposal))
            .collect(),
    }
}

/// Tells what is wrong with domain lists that can't be taken.
#[must_use]
pub fn tell_lists(error: &ListsError, lang: Lang) -> String {
    match lang {
        Lang::En => error.to_string(),
        Lang::Zh => error.0.iter().map(zh::list_error).collect::<Vec<_>>().join("；"),
    }
}

/// Tells what is wrong with one entry of a domain list.
#[must_use]
pub fn tell_entry(error: &EntryError, lang: Lang) -> String {
    match lang {
        Lang::En => error.to_string(),
        Lang::Zh => zh::entry_error(error),
    }
}

impl Lang {
    fn headline(self, verdict: &Verdict) -> String {
        match self {
            Self::En => en::headline(verdict),
            Self::Zh => zh::headline(verdict),
        }
    }

    fn nearest(self, near: &Nearest) -> String {
        let entry = format!("`{}`", near.entry);
        match self {
            Self::En => en::nearest(&entry, near),
            Self::Zh => zh::nearest(&entry, near),
        }
    }

    fn proposal(self, proposal: &Proposal) -> String {
        match self {
            Self::En => en::proposal(proposal),
            Self::Zh => zh::proposal(proposal),
        }
    }
}

/// The two ports of a difference as people read them.
fn written(port: Option<u16>, none: &str) -> String {
    port.map_or_else(|| none.to_owned(), |port| format!(":{port}"))
}

#[cfg(test)]
mod tests {
    use crate::{Call, DomainLists, Interface, Policy, WrittenLists};

    use super::*;

    #[test]
    fn s4_every_refusal_says_what_to_do_in_both_languages() {
        let lists = WrittenLists {
            request: vec!["https://a.com".into()],
            ..WrittenLists::default()
        };
        let policy = Policy::new("wx1".parse().unwrap()).with_lists(DomainLists::parse(&lists, 20).unwrap());

        for url in [
            "/x",
            "http://a.com/",
            "https://a.com:443/",
            "https://1.2.3.4/",
            "https://api.weixin.qq.com/",
        ] {
            let verdict = policy.explain(&Call::new(Interface::Request, url));
            for lang in [Lang::En, Lang::Zh] {
                let told = tell(&verdict, lang);
                assert!(
                    !told.headline.is_empty() && !told.remedies.is_empty(),
                    "{url}: {told:?}"
                );
            }
        }
    }

    #[test]
    fn an_explicit_443_is_named_as_the_difference() {
        let lists = WrittenLists {
            request: vec!["https://a.com".into()],
            ..WrittenLists::default()
        };
        let policy = Policy::new("wx1".parse().unwrap()).with_lists(DomainLists::parse(&lists, 20).unwrap());

        let told = tell(
            &policy.explain(&Call::new(Interface::Request, "https://a.com:443/x")),
            Lang::En,
        );

        assert_eq!(
            told.seen,
            ["`https://a.com` is listed without a port, the URL writes :443"]
        );
        assert_eq!(told.remedies.first().unwrap(), "call `https://a.com/x` instead");
    }
}
