//! Where a call goes: its URL, read once.

use std::net::IpAddr;

use serde::Serialize;
use url::Url;

use crate::{Domain, DomainError, Scheme};

/// The parsed URL of a call.
///
/// It remembers what a URL parser forgets and the platform's rules need: whether a port was written, even where
/// it is the scheme's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    url: Url,
    scheme: Scheme,
    domain: Result<Domain, DomainError>,
    port: Option<u16>,
}

/// The host of a target, as it is dialled.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Host {
    /// A name that is to be looked up.
    Name(String),
    /// An address that was written into the URL.
    Address(IpAddr),
}

/// Why a text is no URL that a call could go to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TargetError {
    /// There is no `scheme://` in front.
    #[error("it is not absolute")]
    Relative,
    /// The scheme is none of http, https, ws and wss.
    #[error("the scheme `{scheme}` can't be called")]
    UnknownScheme {
        /// The scheme as written.
        scheme: String,
    },
    /// The host or the port can't be read.
    #[error("{reason}")]
    Malformed {
        /// What the URL parser says.
        reason: String,
    },
    /// It is longer than a request line may be.
    #[error("it has {length} bytes, {MAX_URL} are possible")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

impl Target {
    /// Reads an absolute URL after the WHATWG URL standard, which cleans path and query.
    ///
    /// The authority is taken as written: white space, control characters and backslashes in it, which the
    /// standard would tidy away, make the URL invalid. User name and password are dropped.
    ///
    /// # Errors
    /// See [`TargetError`]. A host that is no domain is not an error here: [`Target::domain`] says so.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let text = text.trim_matches(|c: char| c <= ' ');
        if text.len() > MAX_URL {
            return Err(TargetError::TooLong { length: text.len() });
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(|| without_authority(text))?;
        if !is_scheme(scheme) {
            return Err(without_authority(text));
        }
        let scheme = Scheme::of(scheme).ok_or_else(|| TargetError::UnknownScheme {
            scheme: scheme.to_owned(),
        })?;
        let authority = read_authority(rest)?;
        let (host, port) = split_port(authority)?;
        let url = Url::parse(text).map_err(|error| malformed(error.to_string()))?;
        Self::assemble(url, scheme, host, port)
    }

    fn assemble(mut url: Url, scheme: Scheme, host: &str, port: Option<u16>) -> Result<Self, TargetError> {
        if url.port_or_known_default() != Some(port.unwrap_or(scheme.default_port())) {
            return Err(malformed("its port can be read in two ways"));
        }
        let cleared = url.set_username("").and_then(|()| url.set_password(None));
        cleared.map_err(|()| malformed("it has no host"))?;
        url.set_fragment(None);
        if url.as_str().len() > MAX_URL {
            return Err(TargetError::TooLong {
                length: url.as_str().len(),
            });
        }
        Ok(Self {
            url,
            scheme,
            domain: Domain::parse(host),
            port,
        })
    }

    /// The target of a redirect: `location` is absolute, scheme-relative or relative to this one.
    ///
    /// # Errors
    /// See [`TargetError`].
    pub fn join(&self, location: &str) -> Result<Self, TargetError> {
        let location = location.trim_matches(|c: char| c <= ' ');
        if let Some(authority) = after_slash(location).and_then(after_slash) {
            return Self::parse(&format!("{}://{authority}", self.scheme));
        }
        if Url::parse(location).is_ok() {
            return Self::parse(location);
        }
        let mut url = self
            .url
            .join(location)
            .map_err(|error| malformed(error.to_string()))?;
        if url.origin() != self.url.origin() {
            return Self::parse(url.as_str());
        }
        url.set_fragment(None);
        if url.as_str().len() > MAX_URL {
            return Err(TargetError::TooLong {
                length: url.as_str().len(),
            });
        }
        Ok(Self { url, ..self.clone() })
    }

    /// The URL without user name, password and fragment.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host as a domain.
    ///
    /// # Errors
    /// Why it is none: an address, `localhost` … (rule D4).
    pub const fn domain(&self) -> Result<&Domain, &DomainError> {
        self.domain.as_ref()
    }

    /// The host as it is dialled.
    #[must_use]
    pub fn host(&self) -> Host {
        match self.url.host() {
            Some(url::Host::Ipv4(address)) => Host::Address(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => Host::Address(IpAddr::V6(address)),
            Some(url::Host::Domain(name)) => Host::Name(name.to_owned()),
            None => Host::Name(String::new()),
        }
    }

    /// The host in its normal form, an IPv6 address in brackets.
    #[must_use]
    pub fn host_str(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port that the URL writes, be it the scheme's own.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The port that is dialled.
    #[must_use]
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.default_port())
    }

    /// The URL with its port as it was written, which [`Target::url`] leaves out where it is the scheme's own.
    #[must_use]
    pub fn written(&self) -> String {
        format!("{}{}", self.origin(), &self.url[url::Position::BeforePath..])
    }

    /// Scheme, host and the written port: what lists are about.
    #[must_use]
    pub fn origin(&self) -> String {
        let host = self.host_str();
        self.port.map_or_else(
            || format!("{}://{host}", self.scheme),
            |port| format!("{}://{host}:{port}", self.scheme),
        )
    }
}

/// A host with a port looks like a scheme as well, so only schemes that are known to have no host count as one.
fn without_authority(text: &str) -> TargetError {
    let scheme = text.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if text.contains(':') && HOSTLESS.contains(&scheme.as_str()) {
        TargetError::UnknownScheme { scheme }
    } else {
        TargetError::Relative
    }
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// The host and port as written, without user name and password.
fn read_authority(rest: &str) -> Result<&str, TargetError> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.split_at(end).0;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if authority.contains(|c: char| c <= ' ' || c == '\\' || c.is_control()) {
        return Err(malformed("its host has a space, control character or backslash"));
    }
    if host.is_empty() {
        Err(malformed("it has no host"))
    } else {
        Ok(host)
    }
}

/// What follows a slash, in each of the ways in which a URL parser reads one.
fn after_slash(location: &str) -> Option<&str> {
    location
        .trim_start_matches(['\t', '\n', '\r'])
        .strip_prefix(['/', '\\'])
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), TargetError> {
    let after_address = authority.rfind(']').unwrap_or(0);
    match authority.rfind(':').filter(|colon| *colon > after_address) {
        None => Ok((authority, None)),
        Some(colon) => {
            let (host, port) = (authority.split_at(colon).0, authority.split_at(colon + 1).1);
            if port.is_empty() {
                return Ok((host, None));
            }
            let digits = port.bytes().all(|b| b.is_ascii_digit());
            let number = port.parse().ok().filter(|number| digits && *number != 0);
            number
                .map(|number| (host, Some(number)))
                .ok_or_else(|| malformed(format!("`{port}` is no port")))
        }
    }
}

fn malformed(reason: impl Into<String>) -> TargetError {
    TargetError::Malformed {
        reason: reason.into(),
    }
}

const HOSTLESS: &[&str] = &[
    "about",
    "blob",
    "data",
    "file",
    "javascript",
    "mailto",
    "sms",
    "tel",
];

/// The longest URL that the HTTP library's `Uri` can hold.
pub(crate) const MAX_URL: usize = 65_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Target, TargetError> {
        Target::parse(text)
    }

    #[test]
    fn a_written_port_is_remembered_even_where_it_is_the_default() {
        assert_eq!(parse("https://a.com/x").unwrap().port(), None);
        assert_eq!(parse("https://a.com:443/x").unwrap().port(), Some(443));
        assert_eq!(parse("https://u:1@a.com:8443").unwrap().port(), Some(8443));
        assert_eq!(parse("https://[::1]:8443").unwrap().port(), Some(8443));
        assert_eq!(parse("https://[::1]/").unwrap().port(), None);
    }

    #[test]
    fn credentials_and_fragment_do_not_travel() {
        assert_eq!(
            parse("https://u:p@a.com/x#f").unwrap().url().as_str(),
            "https://a.com/x"
        );
    }

    #[test]
    fn two_readings_of_an_authority_are_refused() {
        for text in [
            "https://a.com\\@evil.com/",
            "https://a.com\t.evil.com/",
            "https://a.com\n/",
            "https://a.com:44\t3/",
            "https:a.com/x",
            "https:/a.com/x",
            "https:///a.com",
            "https://",
            "https://@/",
            "https://a.com:+443/",
            "https://a.com:99999/",
        ] {
            assert!(parse(text).is_err(), "{text:?} gives {:?}", parse(text));
        }
    }

    #[test]
    fn a_location_is_absolute_scheme_relative_or_relative() {
        let base = parse("https://a.com:443/x/y?q").unwrap();
        let to = |location| base.join(location).unwrap();

        assert_eq!(to("/z").url().as_str(), "https://a.com/z");
        assert_eq!(to("/z").port(), Some(443));
        assert_eq!(to("z").url().path(), "/x/z");
        assert_eq!(to("//b.com/z").origin(), "https://b.com");
        assert_eq!(to("https://b.com:1/z").origin(), "https://b.com:1");
        assert_eq!(to("http://a.com/").scheme(), Scheme::Http);
    }

    #[test]
    fn d1_a_location_that_hides_its_host_is_still_seen() {
        let base = parse("https://a.com/x").unwrap();

        for location in ["/\\evil.com/", "\\\\evil.com/", "\t//evil.com/", "/\t/evil.com/"] {
            let seen = base.join(location).map(|target| target.host_str().to_owned());
            assert!(
                seen.is_err() || seen.as_deref() == Ok("evil.com"),
                "{location:?} gives {seen:?}"
            );
        }
        assert!(base.join("https:evil.com").is_err());
    }
}
