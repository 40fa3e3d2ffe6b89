//! Where a request comes from.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// The address that a request comes from, as the connection or a trusted proxy tells it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Origin(IpAddr);

impl Origin {
    /// An address; an IPv4 address in an IPv6 one is the IPv4 address.
    #[must_use]
    pub const fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address.
    #[must_use]
    pub const fn address(self) -> IpAddr {
        self.0
    }

    /// What one customer of a provider has: a /24 of IPv4, a /56 of IPv6. Whoever has one address of it easily gets
    /// another, so attempts are counted for all of it.
    #[must_use]
    pub fn neighbourhood(self) -> IpNet {
        let bits = if self.0.is_ipv4() { 24 } else { 56 };
        IpNet::new(self.0, bits).map_or(self.0.into(), |net| net.trunc())
    }

    /// For what many people behind one address do at once: an IPv4 address is one, since they can fill a /24; of IPv6, a
    /// /56 is.
    pub(crate) fn subscriber(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(_) => self.neighbourhood().network(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_counted_together() {
        let of = |address: &str| Origin::new(address.parse().unwrap()).neighbourhood().to_string();

        assert_eq!(of("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.5"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2ff:3::4"), "2001:db8:1:200::/56");
    }

    #[test]
    fn neighbours_of_ipv4_have_subscribers_of_their_own() {
        let of = |address: &str| Origin::new(address.parse().unwrap()).subscriber().to_string();

        assert_eq!(of("::ffff:203.0.113.5"), "203.0.113.5");
        assert_eq!(of("2001:db8:1:2ff:3::4"), "2001:db8:1:200::");
    }
}
