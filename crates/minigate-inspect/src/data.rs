//! The data that ships with the crate.

use serde::de::DeserializeOwned;

pub(crate) const ROOTS: &str = include_str!("../data/roots.pem");
pub(crate) const STORES: &str = include_str!("../data/stores.toml");
pub(crate) const MEMBERSHIP: &str = include_str!("../data/membership.csv");
pub(crate) const DEVICES: &str = include_str!("../data/devices.toml");
pub(crate) const DISTRUST: &str = include_str!("../data/distrust.toml");

/// Reads a table that ships with the crate.
#[expect(
    clippy::expect_used,
    reason = "the text is part of the crate, and tests read all of it"
)]
pub(crate) fn table<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("the crate's own data is readable")
}
