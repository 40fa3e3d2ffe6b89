//! Roots and devices by name.

use minigate_inspect::{Device, Root, roots};

/// The root whose SHA-256 begins so; names aren't unique.
pub(crate) fn root(sha256: &str) -> &'static Root {
    let mut found = roots().iter().filter(|root| root.sha256().starts_with(sha256));
    let root = found.next().expect("a known root");
    assert!(found.next().is_none(), "{sha256} is ambiguous");
    root
}

/// The row with an ID.
pub(crate) fn device(id: &str) -> &'static Device {
    Device::find(id).expect("a known device")
}
