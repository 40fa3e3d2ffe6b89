//! Addresses that the host gives for names, as curl's `--resolve`.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// Addresses for a name and port instead of the resolver's.
///
/// Written `HOST:PORT:ADDRESS[,ADDRESS]…[:PORT]`, an IPv6 address in brackets. `*` stands for any host or port; a
/// last port is connected to instead of the URL's. What is said here is the operator's word and isn't judged
/// by address class; domain lists, TLS and the certificate's name hold as ever.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Override {
    host: Option<String>,
    port: Option<u16>,
    addresses: Vec<IpAddr>,
    connect_port: Option<u16>,
}

/// The text is no override.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{text}` can't be used: {reason}; write HOST:PORT:ADDRESS[:PORT], such as api.example.com:443:127.0.0.1:8443"
)]
pub struct OverrideError {
    text: String,
    reason: &'static str,
}

impl Override {
    /// Every port of `host` leads to one socket.
    #[must_use]
    pub fn host_to(host: impl Into<String>, to: SocketAddr) -> Self {
        Self {
            host: Some(host.into().to_ascii_lowercase()),
            port: None,
            addresses: vec![to.ip()],
            connect_port: Some(to.port()),
        }
    }

    /// One port of `host` leads to one socket.
    #[must_use]
    pub fn port_to(host: impl Into<String>, port: u16, to: SocketAddr) -> Self {
        Self {
            port: Some(port),
            ..Self::host_to(host, to)
        }
    }

    /// `host` has this address, on every port.
    #[must_use]
    pub fn host_at(host: impl Into<String>, address: IpAddr) -> Self {
        Self {
            host: Some(host.into().to_ascii_lowercase()),
            port: None,
            addresses: vec![address],
            connect_port: None,
        }
    }

    /// Whether it holds for a host, in lower case, and a port.
    #[must_use]
    pub fn is_for(&self, host: &str, port: u16) -> bool {
        self.host.as_ref().is_none_or(|own| own == host) && self.port.is_none_or(|own| own == port)
    }

    /// Where a call to this port of the host goes instead.
    #[must_use]
    pub fn addresses(&self, port: u16) -> Vec<SocketAddr> {
        let port = self.connect_port.unwrap_or(port);
        self.addresses
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect()
    }
}

impl FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|reason| OverrideError {
            text: text.to_owned(),
            reason,
        })
    }
}

fn parse(text: &str) -> Result<Override, &'static str> {
    let mut parts = text.splitn(3, ':');
    let (Some(host), Some(port), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("a part is missing");
    };
    if host.is_empty() {
        return Err("the host is empty");
    }
    let (addresses, connect_port) = split_connect_port(rest)?;
    Ok(Override {
        host: (host != "*").then(|| host.to_ascii_lowercase()),
        port: if port == "*" {
            None
        } else {
            Some(parse_port(port)?)
        },
        addresses: addresses
            .split(',')
            .map(parse_address)
            .collect::<Result<_, _>>()?,
        connect_port,
    })
}

fn split_connect_port(rest: &str) -> Result<(&str, Option<u16>), &'static str> {
    let after_bracket = rest.rfind(']').unwrap_or(0);
    match rest.rfind(':').filter(|colon| *colon > after_bracket) {
        Some(colon) => Ok((
            rest.split_at(colon).0,
            Some(parse_port(rest.split_at(colon + 1).1)?),
        )),
        None => Ok((rest, None)),
    }
}

fn parse_port(text: &str) -> Result<u16, &'static str> {
    text.parse()
        .ok()
        .filter(|port| *port > 0)
        .ok_or("a port is a number from 1 to 65535")
}

fn parse_address(text: &str) -> Result<IpAddr, &'static str> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse()
        .map_err(|_| "the address is neither IPv4 nor IPv6 in brackets")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str, host: &str, port: u16) -> Option<Vec<String>> {
        let entry: Override = text.parse().unwrap();
        entry
            .is_for(host, port)
            .then(|| entry.addresses(port).iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_override_is_written_as_curls() {
        assert_eq!(
            resolve("a.com:443:127.0.0.1", "a.com", 443).unwrap(),
            ["127.0.0.1:443"]
        );
        assert_eq!(
            resolve("A.com:443:127.0.0.1:8443", "a.com", 443).unwrap(),
            ["127.0.0.1:8443"]
        );
        assert_eq!(resolve("*:443:[::1]:8443", "b.com", 443).unwrap(), ["[::1]:8443"]);
        assert_eq!(resolve("*:443:[::1]", "b.com", 443).unwrap(), ["[::1]:443"]);
        assert_eq!(
            resolve("a.com:*:127.0.0.1,127.0.0.2", "a.com", 80).unwrap().len(),
            2
        );
        assert_eq!(resolve("a.com:443:127.0.0.1", "a.com", 8443), None);
        assert_eq!(resolve("a.com:443:127.0.0.1", "b.com", 443), None);
    }

    #[test]
    fn a_wrong_override_says_what_is_wrong() {
        for text in [
            "a.com",
            "a.com:443",
            ":443:1.1.1.1",
            "a.com:0:1.1.1.1",
            "a.com:443:x",
            "a.com:443:1.1.1.1:x",
        ] {
            let error = text.parse::<Override>().unwrap_err().to_string();
            assert!(
                error.contains(text) && error.contains("HOST:PORT:ADDRESS"),
                "{error}"
            );
        }
    }
}
