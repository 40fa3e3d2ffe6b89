//! What to tell people, in English and Chinese (rule S4).

mod en;
mod zh;

use minigate_policy::Rule;
use minigate_policy::diagnosis::{Diagnosis, Lang, tell};

use super::{EntryFault, Remark, Unseen};

/// A headline and what to do.
type Told = (String, String);

impl EntryFault {
    /// Tells the rule broken, what was seen, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        match self {
            Self::Refused { verdict, .. } => tell(verdict, lang),
            Self::TooMany {
                interface,
                needed,
                limit,
            } => {
                let told = match lang {
                    Lang::En => en::too_many(*interface, *needed, *limit),
                    Lang::Zh => zh::too_many(*interface, *needed, *limit),
                };
                diagnosis(Some(Rule::D7), told)
            }
            Self::NotFiled { domain } => {
                let told = match lang {
                    Lang::En => en::not_filed(domain),
                    Lang::Zh => zh::not_filed(domain),
                };
                diagnosis(Some(Rule::D5), told)
            }
            Self::PlainResource { scheme } => {
                let told = match lang {
                    Lang::En => en::plain(*scheme),
                    Lang::Zh => zh::plain(*scheme),
                };
                diagnosis(Some(Rule::T11), told)
            }
        }
    }
}

impl Remark {
    /// Tells what was seen and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        let told = match lang {
            Lang::En => en::remark(self),
            Lang::Zh => zh::remark(self),
        };
        diagnosis(self.rule(), told)
    }
}

impl Unseen {
    /// Tells why nobody could look, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        let told = match lang {
            Lang::En => en::unseen(self),
            Lang::Zh => zh::unseen(self),
        };
        diagnosis(None, told)
    }
}

fn diagnosis(rule: Option<Rule>, (headline, remedy): Told) -> Diagnosis {
    Diagnosis {
        rule,
        headline,
        seen: Vec::new(),
        remedies: vec![remedy],
    }
}
