//! What to tell people about a row, in English and Chinese (rule S4).

mod en;
mod zh;

use std::fmt::Display;

use minigate_policy::diagnosis::{Diagnosis, Lang};
use minigate_tls::CertificateFault;

use super::Cause;
use crate::probe::{Refusal, Version};

impl Cause {
    /// Tells the rule broken, what was seen, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        if let Self::Certificate { fault } = self {
            return certificate(fault, lang);
        }
        let (headline, remedy) = match lang {
            Lang::En => (en::headline(self), en::remedy(self)),
            Lang::Zh => (zh::headline(self), zh::remedy(self)),
        };
        Diagnosis {
            rule: self.rule(),
            headline,
            seen: self.seen(),
            remedies: vec![remedy.to_owned()],
        }
    }

    /// Evidence that is the same in each language.
    fn seen(&self) -> Vec<String> {
        match self {
            Self::NoCommonSuite { server, .. } => texts(server),
            Self::NoCommonGroup { server, .. } => texts(server),
            Self::Distrusted { source, .. } => vec![source.clone()],
            _ => Vec::new(),
        }
    }
}

/// The fault as the runtime tells it, with the number of the demand of App Transport Security.
fn certificate(fault: &CertificateFault, lang: Lang) -> Diagnosis {
    let mut told = fault.tell(lang);
    if let CertificateFault::Ats { unmet } = fault {
        told.seen.push(format!("ATS {}", unmet.number()));
    }
    told
}

fn texts(items: &[impl Display]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn joined(items: &[impl Display], between: &str) -> String {
    texts(items).join(between)
}

impl Refusal {
    /// Why a server and a hello didn't come together.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => zh::refused(self),
        }
    }
}

/// Whether a device has nothing that a server should speak (RFC 8996).
pub(crate) fn is_without_tls_12(device: &[Version]) -> bool {
    device.iter().all(|version| *version < Version::Tls12)
}
