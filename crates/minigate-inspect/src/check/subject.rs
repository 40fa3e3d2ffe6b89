//! What is to be checked.

use minigate_policy::{Interface, Scheme, Target, TargetError};
use serde::Serialize;

/// What an app has of a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// Answers to its calls, for which the origin has to be on a list (rule D1).
    Calls,
    /// An image, a medium, a font, a page of a `web-view`: checked as calls are, but on no list of calls (rule T11).
    Resource,
}

/// A server as an app would call it, or load something from it.
///
/// ```
/// use minigate_inspect::check::Subject;
/// use minigate_policy::Interface;
///
/// let api = Subject::parse("api.example.com")?;
/// assert_eq!(api.url(), "https://api.example.com/");
/// assert_eq!(api.interfaces(), [Interface::Request, Interface::UploadFile, Interface::DownloadFile]);
///
/// let chat = Subject::parse("wss://chat.example.com:8443/room")?;
/// assert_eq!((chat.host(), chat.port()), ("chat.example.com", 8443));
/// assert_eq!(chat.interfaces(), [Interface::ConnectSocket]);
/// # Ok::<(), minigate_policy::TargetError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Subject {
    written: String,
    called: Target,
    asked: Target,
    interfaces: Vec<Interface>,
    purpose: Purpose,
}

impl Subject {
    /// Reads a host, `host:port`, or a URL; without a scheme it is `https`.
    ///
    /// # Errors
    /// Where it is none. A host that is no domain, or a scheme without TLS, is one all the same: the check says so.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let written = text.trim();
        let called = if written.contains("://") {
            Target::parse(written)?
        } else {
            Target::parse(&format!("https://{}", bracketed(written)))?
        };
        Ok(Self {
            written: written.to_owned(),
            asked: over_tls(&called)?,
            interfaces: interfaces(called.scheme()).to_vec(),
            called,
            purpose: Purpose::Calls,
        })
    }

    /// The same for calls by these interfaces only; those whose scheme is another stay out.
    #[must_use]
    pub fn called_by(mut self, interfaces: &[Interface]) -> Self {
        self.interfaces.retain(|interface| interfaces.contains(interface));
        self
    }

    /// The same as something that the app loads without a call, such as an image (rule T11).
    ///
    /// Its server is judged by rules T1 to T9 on each device, as one of `downloadFile` would be, which goes through the same
    /// part of a system. It needs no entry on a list, no filing and no declared charset; redirects may lead it
    /// anywhere. Without TLS is a warning, since not every platform refuses that. Rule D6 holds all the same.
    /// What can't be told from a list of calls isn't judged: whether a page of a `web-view` is on a business domain.
    #[must_use]
    pub fn as_resource(self) -> Self {
        Self {
            interfaces: vec![match self.called.scheme() {
                Scheme::Http | Scheme::Https => Interface::DownloadFile,
                Scheme::Ws | Scheme::Wss => Interface::ConnectSocket,
            }],
            purpose: Purpose::Resource,
            ..self
        }
    }

    /// What the app has of it.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The text that named it.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The URL that an app would write.
    #[must_use]
    pub fn url(&self) -> String {
        self.called.written()
    }

    /// Where an app's call would go; its scheme may be one that no interface takes.
    #[must_use]
    pub const fn called(&self) -> &Target {
        &self.called
    }

    /// The same over TLS, which is what is asked.
    #[must_use]
    pub const fn asked(&self) -> &Target {
        &self.asked
    }

    /// The host, an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.asked
            .host_str()
            .trim_start_matches('[')
            .trim_end_matches(']')
    }

    /// The port that is asked.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.asked.effective_port()
    }

    /// The interfaces that would call it, or as calls of which it is judged.
    #[must_use]
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }
}

const fn interfaces(scheme: Scheme) -> &'static [Interface] {
    match scheme {
        Scheme::Http | Scheme::Https => &[Interface::Request, Interface::UploadFile, Interface::DownloadFile],
        Scheme::Ws | Scheme::Wss => &[Interface::ConnectSocket],
    }
}

/// An IPv6 address needs brackets to be part of a URL (RFC 3986 §3.2.2).
fn bracketed(text: &str) -> String {
    match text.parse::<std::net::Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => text.to_owned(),
    }
}

fn over_tls(called: &Target) -> Result<Target, TargetError> {
    let written = called.written();
    let (scheme, rest) = match called.scheme() {
        Scheme::Https | Scheme::Wss => return Ok(called.clone()),
        Scheme::Http => ("https", written.strip_prefix("http")),
        Scheme::Ws => ("wss", written.strip_prefix("ws")),
    };
    Target::parse(&format!("{scheme}{}", rest.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_a_port_and_a_url_are_read() {
        for (text, url) in [
            ("api.example.com", "https://api.example.com/"),
            ("api.example.com:8443", "https://api.example.com:8443/"),
            ("::1", "https://[::1]/"),
            ("[::1]:8443", "https://[::1]:8443/"),
            (" https://例子.中国/a?b ", "https://xn--fsqu00a.xn--fiqs8s/a?b"),
            ("https://api.example.com:443/", "https://api.example.com:443/"),
        ] {
            assert_eq!(Subject::parse(text).unwrap().url(), url, "{text}");
        }
    }

    #[test]
    fn d3_without_tls_the_port_of_tls_is_asked() {
        let plain = Subject::parse("http://api.example.com/a").unwrap();
        assert_eq!(
            (plain.url().as_str(), plain.port()),
            ("http://api.example.com/a", 443)
        );

        let plain = Subject::parse("ws://api.example.com:8080/a").unwrap();
        assert_eq!(plain.asked().written(), "wss://api.example.com:8080/a");
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in [
            "",
            "ftp://a.com",
            "https://",
            "a b.com",
            "a.com:99999",
            "https://a.com:x/",
        ] {
            assert!(Subject::parse(text).is_err(), "{text}");
        }
    }
}
