//! The domains of one interface.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Domain, DomainError, Interface, Scheme, Target};

/// One line of a domain list: scheme, domain and sometimes a port.
///
/// An HTTPS entry without a port is for URLs that write none, not even `:443`; one with a port is for exactly
/// that port. A WebSocket entry is for every port of its host.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Entry {
    scheme: Scheme,
    domain: Domain,
    port: Option<u16>,
}

/// Why a text can't be an entry of a list.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EntryError {
    /// There is no scheme with its `://` in front of the host.
    #[error("the scheme with its `://` is missing{}", instead.as_ref().map(|entry| format!(": write `{entry}`")).unwrap_or_default())]
    SchemeMissing {
        /// The same entry with the scheme of its list, where that is one.
        instead: Option<String>,
    },
    /// The scheme is not the interface's own (rule D3).
    #[error("the scheme is `{found}`: a `{interface}` domain begins with `{}://`", interface.scheme())]
    WrongScheme {
        /// The scheme as written.
        found: String,
        /// The interface whose list it is.
        interface: Interface,
    },
    /// Something follows the host: an entry is an origin.
    #[error("`{extra}` is too much: write only scheme, host and, where needed, port")]
    NotAnOrigin {
        /// What follows the origin.
        extra: String,
    },
    /// There is a user name or a password.
    #[error("user name and password have no place in a domain list")]
    Credentials,
    /// The port is no number from 1 to 65535.
    #[error("{}", tell_port(port))]
    BadPort {
        /// The port as written.
        port: String,
    },
    /// The host is no domain (rule D4).
    #[error(transparent)]
    Domain {
        /// What it is instead.
        #[from]
        error: DomainError,
    },
    /// The host can't be configured by anyone (rule D6).
    #[error("`{host}` can't be configured: call it from your own server, where the AppSecret stays")]
    Reserved {
        /// The host.
        host: Domain,
    },
}

impl Entry {
    /// An entry from its parts.
    #[must_use]
    pub const fn new(scheme: Scheme, domain: Domain, port: Option<u16>) -> Self {
        Self { scheme, domain, port }
    }

    /// Reads one line of the list of `interface`.
    ///
    /// # Errors
    /// See [`EntryError`]; hosts that are reserved by a profile are refused by [`Allowlist::parse`].
    pub fn parse(text: &str, interface: Interface) -> Result<Self, EntryError> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(schemeless(text, interface));
        };
        if Scheme::of(scheme) != Some(interface.scheme()) {
            return Err(EntryError::WrongScheme {
                found: scheme.to_owned(),
                interface,
            });
        }
        if let Some(end) = rest.find(['/', '\\', '?', '#']) {
            return Err(EntryError::NotAnOrigin {
                extra: rest.split_at(end).1.to_owned(),
            });
        }
        if rest.contains('@') {
            return Err(EntryError::Credentials);
        }
        let (host, port) = split_port(rest)?;
        Ok(Self::new(interface.scheme(), Domain::parse(host)?, port))
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The port, where one is written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether a call of `interface` to `target` is what this entry allows (rules D1 and D3, exact ports).
    #[must_use]
    pub fn allows(&self, target: &Target, interface: Interface) -> bool {
        target.scheme() == self.scheme
            && target.domain() == Ok(&self.domain)
            && (!interface.compares_ports() || target.port() == self.port)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.domain)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The domains that one interface may reach.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Allowlist {
    interface: Interface,
    entries: Vec<Entry>,
}

/// One entry that was refused.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct EntryFault {
    /// The entry as written.
    pub text: String,
    /// What is wrong with it.
    pub error: EntryError,
}

/// A list that can't be taken; nothing of it is (rule D7).
#[derive(Clone, Debug, Eq, PartialEq, Serialize, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// Entries are wrong, each for its own reason.
    #[error("{} on the `{interface}` list {}", count(faults.len()), describe(faults))]
    Entries {
        /// The interface whose list it is.
        interface: Interface,
        /// The entries and their faults.
        faults: Vec<EntryFault>,
    },
    /// There are too many (rule D7).
    #[error("{found} domains on the `{interface}` list, {limit} are allowed")]
    TooMany {
        /// The interface whose list it is.
        interface: Interface,
        /// How many different ones there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
}

impl Allowlist {
    /// A list that allows nothing, as a fresh install has.
    #[must_use]
    pub const fn empty(interface: Interface) -> Self {
        Self {
            interface,
            entries: Vec::new(),
        }
    }

    /// Reads a whole list: every entry is judged, doubles count once, and one fault refuses the list.
    ///
    /// # Errors
    /// [`ListError::Entries`] names every wrong entry; [`ListError::TooMany`] where more than `limit` are left.
    pub fn parse(
        interface: Interface,
        texts: &[String],
        limit: usize,
        reserved: &[String],
    ) -> Result<Self, ListError> {
        let mut entries: Vec<Entry> = Vec::with_capacity(texts.len());
        let mut faults = Vec::new();
        for text in texts {
            match Entry::parse(text, interface).and_then(|entry| refuse_reserved(entry, reserved)) {
                Ok(entry) if entries.contains(&entry) => {}
                Ok(entry) => entries.push(entry),
                Err(error) => faults.push(EntryFault {
                    text: text.clone(),
                    error,
                }),
            }
        }
        if !faults.is_empty() {
            return Err(ListError::Entries { interface, faults });
        }
        if entries.len() > limit {
            return Err(ListError::TooMany {
                interface,
                found: entries.len(),
                limit,
            });
        }
        Ok(Self { interface, entries })
    }

    /// The interface whose list it is.
    #[must_use]
    pub const fn interface(&self) -> Interface {
        self.interface
    }

    /// The entries, in the order in which they were written.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry that allows a call to `target`.
    #[must_use]
    pub fn find(&self, target: &Target) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.allows(target, self.interface))
    }
}

/// What is wrong with an entry that has no `://`.
fn schemeless(text: &str, interface: Interface) -> EntryError {
    let (found, rest) = match text.split_once(':') {
        Some((found, rest)) if is_scheme(found) && !is_port(rest) => (Some(found), rest),
        _ => (None, text),
    };
    if let Some(found) = found.filter(|found| Scheme::of(found) != Some(interface.scheme())) {
        return EntryError::WrongScheme {
            found: found.to_owned(),
            interface,
        };
    }
    let instead = format!("{}://{}", interface.scheme(), rest.trim_matches('/'));
    EntryError::SchemeMissing {
        instead: Some(instead).filter(|instead| Entry::parse(instead, interface).is_ok()),
    }
}

/// RFC 3986 section 3.1, without the dots that a host has.
fn is_scheme(text: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b"+-".contains(&b);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(is_letter)
}

fn is_port(text: &str) -> bool {
    text.trim_end_matches('/').bytes().all(|b| b.is_ascii_digit())
}

fn tell_port(port: &str) -> String {
    if port.is_empty() {
        "there is a `:` with no port after it".to_owned()
    } else {
        format!("the port `{port}` is not a number from 1 to 65535")
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), EntryError> {
    let after_address = authority.rfind(']').map_or(0, |end| end);
    let Some(colon) = authority.rfind(':').filter(|colon| *colon > after_address) else {
        return Ok((authority, None));
    };
    let (host, port) = (authority.split_at(colon).0, authority.split_at(colon + 1).1);
    match port.parse() {
        Ok(number @ 1..) if port.bytes().all(|b| b.is_ascii_digit()) => Ok((host, Some(number))),
        _ => Err(EntryError::BadPort {
            port: port.to_owned(),
        }),
    }
}

fn refuse_reserved(entry: Entry, reserved: &[String]) -> Result<Entry, EntryError> {
    if reserved.iter().any(|host| host == entry.domain.as_str()) {
        Err(EntryError::Reserved { host: entry.domain })
    } else {
        Ok(entry)
    }
}

fn count(faults: usize) -> String {
    if faults == 1 {
        "an entry".to_owned()
    } else {
        format!("{faults} entries")
    }
}

fn describe(faults: &[EntryFault]) -> String {
    let each: Vec<_> = faults
        .iter()
        .map(|fault| format!("`{}`: {}", fault.text, fault.error))
        .collect();
    format!("can't be used: {}", each.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Entry, EntryError> {
        Entry::parse(text, Interface::Request)
    }

    fn list(texts: &[&str], limit: usize) -> Result<Allowlist, ListError> {
        let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
        Allowlist::parse(
            Interface::Request,
            &texts,
            limit,
            &["api.weixin.qq.com".to_owned()],
        )
    }

    #[test]
    fn d3_an_entry_has_the_scheme_of_its_interface() {
        assert!(parse("https://a.com").is_ok());
        assert!(matches!(
            parse("http://a.com"),
            Err(EntryError::WrongScheme { .. })
        ));
        assert!(matches!(
            parse("wss://a.com"),
            Err(EntryError::WrongScheme { .. })
        ));
        assert!(Entry::parse("wss://a.com", Interface::ConnectSocket).is_ok());
        assert!(matches!(
            Entry::parse("https://a.com", Interface::ConnectSocket),
            Err(EntryError::WrongScheme { .. })
        ));
        assert_eq!(
            parse("a.com"),
            Err(EntryError::SchemeMissing {
                instead: Some("https://a.com".to_owned())
            })
        );
    }

    #[test]
    fn an_entry_is_an_origin_and_nothing_more() {
        for text in [
            "https://a.com/",
            "https://a.com/x",
            "https://a.com?x",
            "https://a.com#x",
        ] {
            assert!(
                matches!(parse(text), Err(EntryError::NotAnOrigin { .. })),
                "{text}"
            );
        }
        assert_eq!(parse("https://u:p@a.com"), Err(EntryError::Credentials));
    }

    #[test]
    fn a_port_is_a_number_from_1_to_65535() {
        assert_eq!(
            parse("https://a.com:8443").unwrap().to_string(),
            "https://a.com:8443"
        );
        for port in ["", "0", "65536", "+80", "8x"] {
            assert!(
                matches!(
                    parse(&format!("https://a.com:{port}")),
                    Err(EntryError::BadPort { .. })
                ),
                "{port}"
            );
        }
    }

    #[test]
    fn d4_an_address_is_no_entry() {
        for host in [
            "127.0.0.1",
            "[::1]",
            "0x7f.1",
            "2130706433",
            "localhost",
            "x.localhost",
        ] {
            assert!(
                matches!(parse(&format!("https://{host}")), Err(EntryError::Domain { .. })),
                "{host}"
            );
            assert!(parse(&format!("https://{host}:8443")).is_err(), "{host}");
        }
    }

    #[test]
    fn d6_the_platforms_own_api_is_no_entry() {
        let error = list(&["https://ok.com", "https://API.weixin.qq.com"], 20).unwrap_err();

        assert!(
            error
                .to_string()
                .contains("`api.weixin.qq.com` can't be configured"),
            "{error}"
        );
    }

    #[test]
    fn d7_the_twenty_first_domain_refuses_the_list() {
        let texts: Vec<_> = (1..=21).map(|n| format!("https://a{n}.com")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();

        assert_eq!(list(texts.get(..20).unwrap(), 20).unwrap().entries().len(), 20);
        assert_eq!(
            list(&texts, 20),
            Err(ListError::TooMany {
                interface: Interface::Request,
                found: 21,
                limit: 20
            })
        );
        assert!(list(&texts, 200).is_ok());
    }

    #[test]
    fn d7_doubles_count_once() {
        assert_eq!(
            list(&["https://a.com", "https://A.com"], 1)
                .unwrap()
                .entries()
                .len(),
            1
        );
    }
}
