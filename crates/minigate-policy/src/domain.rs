//! A host name that is neither an address nor `localhost`.

use std::fmt;
use std::net::IpAddr;

use serde::Serialize;

/// A fully qualified host name in ASCII lower case, an international one in its `xn--` form.
///
/// It is never an address in any spelling, and never `localhost` (rule D4).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Domain(String);

/// Why a text is no [`Domain`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DomainError {
    /// There is no host at all.
    #[error("the host is empty")]
    Empty,
    /// It is an IPv4 or IPv6 address in some spelling.
    #[error("`{host}` is the address {address}, not a domain")]
    Address {
        /// The host as written.
        host: String,
        /// The address that it means.
        address: IpAddr,
    },
    /// It ends in a number, which only an address may, but is not a valid one.
    #[error("`{host}` ends in a number, which only an address does")]
    EndsInNumber {
        /// The host as written.
        host: String,
    },
    /// It is `localhost` or a name below it.
    #[error("`{host}` means this machine")]
    Localhost {
        /// The host as written.
        host: String,
    },
    /// It hides characters behind percent signs.
    #[error("`{host}` is percent-encoded")]
    PercentEncoded {
        /// The host as written.
        host: String,
    },
    /// It ends in a dot.
    #[error("`{host}` ends in a dot")]
    TrailingDot {
        /// The host as written.
        host: String,
    },
    /// It begins with `*.`, which lists don't know.
    #[error("`{host}` is a wildcard")]
    Wildcard {
        /// The host as written.
        host: String,
    },
    /// It has a single label, so nobody can have registered it.
    #[error("`{host}` has no dot, so it is not a registered name")]
    SingleLabel {
        /// The host as written.
        host: String,
    },
    /// A label is empty, too long, or has a character that host names don't have.
    #[error(
        "`{host}` is not a host name: that is labels of 1 to 63 letters, digits and inner hyphens, with dots between them, 253 characters at most"
    )]
    Malformed {
        /// The host as written.
        host: String,
    },
}

impl Domain {
    /// Reads a host as it stands in a URL or in a list.
    ///
    /// The text goes through the WHATWG host parser, so that whatever a URL parser would take for an address
    /// (decimal, octal, hex, short and full-width forms, IPv6, IPv4-mapped) is known as one.
    ///
    /// # Errors
    /// See [`DomainError`]: each variant is a way not to be a domain (rule D4).
    pub fn parse(host: &str) -> Result<Self, DomainError> {
        let written = || host.chars().take(MAX_SHOWN).collect::<String>();
        if host.is_empty() {
            return Err(DomainError::Empty);
        }
        if host.starts_with("*.") {
            return Err(DomainError::Wildcard { host: written() });
        }
        let name = match url::Host::parse(host) {
            Ok(url::Host::Domain(name)) => name,
            Ok(url::Host::Ipv4(address)) => return Err(address_error(written(), IpAddr::V4(address))),
            Ok(url::Host::Ipv6(address)) => return Err(address_error(written(), IpAddr::V6(address))),
            Err(_) if ends_in_number(host) => return Err(DomainError::EndsInNumber { host: written() }),
            Err(_) => return Err(DomainError::Malformed { host: written() }),
        };
        let undotted = name.trim_end_matches('.');
        if undotted == "localhost" || undotted.ends_with(".localhost") {
            return Err(DomainError::Localhost { host: written() });
        }
        if host.contains('%') {
            return Err(DomainError::PercentEncoded { host: written() });
        }
        if name.ends_with('.') {
            return Err(DomainError::TrailingDot { host: written() });
        }
        if !is_host_name(&name) {
            return Err(DomainError::Malformed { host: written() });
        }
        if !name.contains('.') {
            return Err(DomainError::SingleLabel { host: written() });
        }
        Ok(Self(name))
    }

    /// The name in ASCII lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this name lies somewhere below `other`.
    #[must_use]
    pub fn is_below(&self, other: &Self) -> bool {
        self.0
            .strip_suffix(&other.0)
            .is_some_and(|rest| rest.ends_with('.'))
    }

    /// The name one label up, where that is still a qualified name.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_once('.')?;
        rest.contains('.').then(|| Self(rest.to_owned()))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn address_error(host: String, address: IpAddr) -> DomainError {
    DomainError::Address { host, address }
}

fn ends_in_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    !last.is_empty() && last.chars().all(char::is_numeric)
        || hex.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))
}

/// RFC 1123 host name: labels of 1 to 63 letters, digits and inner hyphens, 253 characters at most.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

const MAX_SHOWN: usize = 260;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_lower_case_and_ascii() {
        assert_eq!(
            Domain::parse("API.Example.COM").unwrap().as_str(),
            "api.example.com"
        );
        assert_eq!(
            Domain::parse("例子.中国").unwrap().as_str(),
            "xn--fsqu00a.xn--fiqs8s"
        );
    }

    #[test]
    fn kinship_needs_a_whole_label() {
        let domain = |name| Domain::parse(name).unwrap();

        assert!(domain("api.a.com").is_below(&domain("a.com")));
        assert!(!domain("bba.com").is_below(&domain("a.com")));
        assert!(!domain("a.com").is_below(&domain("a.com")));
        assert_eq!(domain("api.a.com").parent(), Some(domain("a.com")));
        assert_eq!(domain("a.com").parent(), None);
    }
}
