//! What kind of network an address lies in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use serde::Serialize;

/// The kind of network that an address lies in, after the IANA special-purpose registries.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressClass {
    /// Reachable from everywhere.
    Public,
    /// This machine (`127.0.0.0/8`, `::1`).
    Loopback,
    /// A private network (RFC 1918, `fc00::/7`).
    Private,
    /// This link only (`169.254.0.0/16`, `fe80::/10`).
    LinkLocal,
    /// A carrier's shared network (`100.64.0.0/10`, RFC 6598).
    CarrierNat,
    /// The benchmarking network (`198.18.0.0/15`), which proxy tools hand out as a stand-in for every name.
    FakeIp,
    /// Reserved for documents (`192.0.2.0/24`, `2001:db8::/32` …).
    Documentation,
    /// Many receivers.
    Multicast,
    /// No address at all, or one that nobody may use.
    Reserved,
}

/// How an IPv6 address carries an IPv4 address inside it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Embedding {
    /// `::ffff:0:0/96` (RFC 4291).
    Mapped,
    /// `::/96` (RFC 4291, deprecated).
    Compatible,
    /// `64:ff9b::/96` (RFC 6052).
    Nat64,
    /// `2002::/16` (RFC 3056).
    SixToFour,
    /// `2001::/32`, the client's address with its bits flipped (RFC 4380).
    Teredo,
    /// `…:0:5efe:a.b.c.d` and `…:200:5efe:a.b.c.d` (RFC 5214).
    Isatap,
}

/// The class of an address; for an IPv6 address that carries an IPv4 address, the class of what it carries.
///
/// ISATAP fills only the lower half of an address, so the network in front of it must be public, too.
#[must_use]
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => match Embedding::in_address(v6) {
            Some((Embedding::Isatap, _)) if classify_v6(v6) != AddressClass::Public => classify_v6(v6),
            Some((_, v4)) => classify_v4(v4),
            None => classify_v6(v6),
        },
    }
}

impl Embedding {
    /// The IPv4 address that `address` carries, and how.
    #[must_use]
    pub fn in_address(address: Ipv6Addr) -> Option<(Self, Ipv4Addr)> {
        let [s0, s1, s2, s3, s4, s5, s6, s7] = address.segments();
        let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
        match (s0, s1, s2, s3, s4, s5) {
            (0, 0, 0, 0, 0, 0xffff) => Some((Self::Mapped, v4(s6, s7))),
            (0, 0, 0, 0, 0, 0) if s6 != 0 || s7 > 1 => Some((Self::Compatible, v4(s6, s7))),
            (0x64, 0xff9b, 0, 0, 0, 0) => Some((Self::Nat64, v4(s6, s7))),
            (0x2002, ..) => Some((Self::SixToFour, v4(s1, s2))),
            (0x2001, 0, ..) => Some((Self::Teredo, v4(!s6, !s7))),
            (.., 0 | 0x200, 0x5efe) => Some((Self::Isatap, v4(s6, s7))),
            _ => None,
        }
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    V4.iter()
        .find(|(net, _)| net.contains(&address))
        .map_or(AddressClass::Public, |(_, class)| *class)
}

/// Only `2000::/3` is given out as global unicast, so everything else that isn't named here is reserved.
fn classify_v6(address: Ipv6Addr) -> AddressClass {
    let otherwise = if GLOBAL_UNICAST.contains(&address) {
        AddressClass::Public
    } else {
        AddressClass::Reserved
    };
    V6.iter()
        .find(|(net, _)| net.contains(&address))
        .map_or(otherwise, |(_, class)| *class)
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(s0: u16, s1: u16, last: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(s0, s1, 0, 0, 0, 0, 0, last), prefix)
}

const V4: &[(Ipv4Net, AddressClass)] = &[
    (v4(0, 0, 0, 0, 8), AddressClass::Reserved),
    (v4(10, 0, 0, 0, 8), AddressClass::Private),
    (v4(100, 64, 0, 0, 10), AddressClass::CarrierNat),
    (v4(127, 0, 0, 0, 8), AddressClass::Loopback),
    (v4(169, 254, 0, 0, 16), AddressClass::LinkLocal),
    (v4(172, 16, 0, 0, 12), AddressClass::Private),
    (v4(192, 0, 0, 0, 24), AddressClass::Reserved),
    (v4(192, 0, 2, 0, 24), AddressClass::Documentation),
    (v4(192, 88, 99, 0, 24), AddressClass::Reserved),
    (v4(192, 168, 0, 0, 16), AddressClass::Private),
    (v4(198, 18, 0, 0, 15), AddressClass::FakeIp),
    (v4(198, 51, 100, 0, 24), AddressClass::Documentation),
    (v4(203, 0, 113, 0, 24), AddressClass::Documentation),
    (v4(224, 0, 0, 0, 4), AddressClass::Multicast),
    (v4(240, 0, 0, 0, 4), AddressClass::Reserved),
];

const GLOBAL_UNICAST: Ipv6Net = v6(0x2000, 0, 0, 3);

const V6: &[(Ipv6Net, AddressClass)] = &[
    (v6(0, 0, 0, 128), AddressClass::Reserved),
    (v6(0, 0, 1, 128), AddressClass::Loopback),
    (v6(0x2001, 0, 0, 23), AddressClass::Reserved),
    (v6(0x2001, 0xdb8, 0, 32), AddressClass::Documentation),
    (v6(0x3fff, 0, 0, 20), AddressClass::Documentation),
    (v6(0xfc00, 0, 0, 7), AddressClass::Private),
    (v6(0xfe80, 0, 0, 10), AddressClass::LinkLocal),
    (v6(0xfec0, 0, 0, 10), AddressClass::Private),
    (v6(0xff00, 0, 0, 8), AddressClass::Multicast),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn class(address: &str) -> AddressClass {
        classify(address.parse().unwrap())
    }

    #[test]
    fn plain_addresses_have_the_class_of_their_registry_entry() {
        for (address, expected) in [
            ("1.1.1.1", AddressClass::Public),
            ("8.8.8.8", AddressClass::Public),
            ("0.0.0.0", AddressClass::Reserved),
            ("10.255.0.1", AddressClass::Private),
            ("100.64.0.1", AddressClass::CarrierNat),
            ("100.128.0.1", AddressClass::Public),
            ("127.8.9.1", AddressClass::Loopback),
            ("169.254.169.254", AddressClass::LinkLocal),
            ("172.31.255.255", AddressClass::Private),
            ("172.32.0.0", AddressClass::Public),
            ("192.168.1.1", AddressClass::Private),
            ("198.18.0.7", AddressClass::FakeIp),
            ("198.19.255.255", AddressClass::FakeIp),
            ("198.20.0.0", AddressClass::Public),
            ("224.0.0.251", AddressClass::Multicast),
            ("255.255.255.255", AddressClass::Reserved),
            ("::", AddressClass::Reserved),
            ("::1", AddressClass::Loopback),
            ("2606:4700::1111", AddressClass::Public),
            ("2001:db8::1", AddressClass::Documentation),
            ("fd00::1", AddressClass::Private),
            ("fe80::1", AddressClass::LinkLocal),
            ("ff02::1", AddressClass::Multicast),
            ("4000::1", AddressClass::Reserved),
        ] {
            assert_eq!(class(address), expected, "{address}");
        }
    }

    #[test]
    fn d4_each_embedding_shows_the_address_that_it_carries() {
        for (address, embedding) in [
            ("::ffff:127.0.0.1", Embedding::Mapped),
            ("::127.0.0.1", Embedding::Compatible),
            ("64:ff9b::127.0.0.1", Embedding::Nat64),
            ("2002:7f00:1::", Embedding::SixToFour),
            ("2001:0:4136:e378:8000:63bf:80ff:fffe", Embedding::Teredo),
            ("2606:4700::5efe:127.0.0.1", Embedding::Isatap),
        ] {
            let found = Embedding::in_address(address.parse().unwrap());

            assert_eq!(found, Some((embedding, Ipv4Addr::LOCALHOST)), "{address}");
            assert_eq!(class(address), AddressClass::Loopback, "{address}");
        }
    }

    #[test]
    fn an_embedded_public_address_is_public() {
        assert_eq!(class("64:ff9b::1.1.1.1"), AddressClass::Public);
        assert_eq!(class("::ffff:8.8.8.8"), AddressClass::Public);
    }
}
