//! What was found.

use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};
use minigate_policy::{Reason, Rule};
use serde::Serialize;

use crate::check::Check;
use crate::fault::{Fault, ListFault, UrlFault};
use crate::place::Place;

/// Something that was found at a place.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// The line, without blanks around it; secrets are masked.
    pub quote: Option<String>,
    /// What it is.
    pub fault: Fault,
}

impl Finding {
    /// What was looked for.
    #[must_use]
    pub fn check(&self) -> Check {
        self.fault.check()
    }

    /// The platform's rule that is broken, where there is one.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match &self.fault {
            Fault::Url(UrlFault::Refused { verdict, .. }) => verdict.reason().map(Reason::rule),
            Fault::List(ListFault::EntryInvalid { error, .. }) => Some(crate::fault::rule_of(error)),
            other => other.check().rule(),
        }
    }

    /// What to tell people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        Diagnosis {
            rule: self.rule(),
            ..self.fault.tell(lang)
        }
    }
}
