//! What to tell people about an application, in English and Chinese (rule S4).

mod en;
mod zh;

use minigate_policy::diagnosis::{Diagnosis, Lang};

use super::{ApplicationFault, Told};

impl ApplicationFault {
    /// Tells the rule broken, what was seen, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> Diagnosis {
        let (headline, remedies) = match lang {
            Lang::En => (en::headline(self), en::remedies(self)),
            Lang::Zh => (zh::headline(self), zh::remedies(self)),
        };
        Diagnosis {
            rule: self.rule(),
            headline,
            seen: self
                .told()
                .map_or_else(Vec::new, |told| told.of(lang).seen.clone()),
            remedies,
        }
    }

    /// What the run time says of it.
    const fn told(&self) -> Option<&Told> {
        match self {
            Self::NoAnswer { told, .. }
            | Self::NotUpgraded { told, .. }
            | Self::HopRefused { told, .. }
            | Self::SocketBroken { told } => Some(told),
            Self::HopCertificate { .. }
            | Self::Redirected { .. }
            | Self::Status { .. }
            | Self::Unfinished { .. }
            | Self::CharsetUndeclared { .. }
            | Self::CharsetUnknown { .. }
            | Self::NotUtf8 { .. }
            | Self::Undecodable { .. }
            | Self::ByteOrderMark { .. }
            | Self::NotJson { .. }
            | Self::SocketClosed { .. }
            | Self::SocketUnanswered => None,
        }
    }
}

/// The `content-type` that says what is missing in another one.
fn with_charset(content_type: Option<&str>) -> String {
    let essence = content_type.and_then(|text| text.split(';').next());
    let essence = essence.map(str::trim).filter(|text| !text.is_empty());
    format!("content-type: {}; charset=utf-8", essence.unwrap_or("text/plain"))
}
