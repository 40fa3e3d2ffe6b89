//! The rules beside those of domains.

pub(crate) mod hide;
pub(crate) mod options;
pub(crate) mod settings;
pub(crate) mod socket;
pub(crate) mod template;
