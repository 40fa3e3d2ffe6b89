//! What to tell people about a fault, in English and Chinese (rule S4).

mod en;
mod zh;

use minigate_policy::Rule;
use minigate_policy::diagnosis::{Diagnosis, Lang};

use crate::{CertificateFault, TlsFault};

impl CertificateFault {
    /// Tells the rule broken, what was seen, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        let (headline, remedies) = match lang {
            Lang::En => (self.to_string(), en::certificate_remedies(self)),
            Lang::Zh => (zh::certificate(self), zh::certificate_remedies(self)),
        };
        diagnosis(self.rule(), headline, remedies)
    }
}

impl TlsFault {
    /// Tells the rule broken, what was seen, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        if let Self::Certificate(fault) = self {
            return fault.tell(lang);
        }
        let (headline, remedy) = match lang {
            Lang::En => (self.to_string(), en::remedy(self)),
            Lang::Zh => (zh::handshake(self), zh::remedy(self)),
        };
        diagnosis(self.rule(), headline, vec![remedy.to_owned()])
    }
}

const fn diagnosis(rule: Rule, headline: String, remedies: Vec<String>) -> Diagnosis {
    Diagnosis {
        rule: Some(rule),
        headline,
        seen: Vec::new(),
        remedies,
    }
}

/// Whether a wildcard of the certificate would cover the name if it covered more than one label.
fn has_deeper_wildcard(wanted: &str, presented: &[String]) -> bool {
    presented
        .iter()
        .filter_map(|name| name.strip_prefix('*'))
        .any(|parent| wanted.ends_with(parent))
}
