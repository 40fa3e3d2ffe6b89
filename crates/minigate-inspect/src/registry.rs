//! Numbers of the protocol by the names that the TLS library has for them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rustls::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

macro_rules! by_name {
    ($function:ident, $type:ty, $what:literal) => {
        pub(crate) fn $function<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<$type>, D::Error> {
            static NAMES: LazyLock<BTreeMap<&'static str, u16>> = LazyLock::new(|| {
                let numbers = 0..=u16::MAX;
                numbers
                    .filter_map(|number| Some((<$type>::from(number).as_str()?, number)))
                    .collect()
            });
            let number = |name: &String| NAMES.get(name.as_str()).copied().map(<$type>::from);
            Vec::<String>::deserialize(deserializer)?
                .iter()
                .map(|name| {
                    number(name).ok_or_else(|| D::Error::custom(format!("no {} is called {name}", $what)))
                })
                .collect()
        }
    };
}

by_name!(suites, CipherSuite, "suite");
by_name!(groups, NamedGroup, "group");
by_name!(schemes, SignatureScheme, "signature scheme");

pub(crate) fn versions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ProtocolVersion>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|name| {
            version(name).ok_or_else(|| D::Error::custom(format!("no version of TLS is called {name}")))
        })
        .collect()
}

fn version(name: &str) -> Option<ProtocolVersion> {
    match name {
        "1.0" => Some(ProtocolVersion::TLSv1_0),
        "1.1" => Some(ProtocolVersion::TLSv1_1),
        "1.2" => Some(ProtocolVersion::TLSv1_2),
        "1.3" => Some(ProtocolVersion::TLSv1_3),
        _ => None,
    }
}
