//! Reading vectors, and telling which of them fail.

#![expect(clippy::panic, reason = "vectors that can't be read fail the test")]

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The vectors of a file; a key that the runner doesn't know fails the test.
pub(crate) fn load<T: DeserializeOwned>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Fails with every vector of a file that came out differently, not with the first alone.
pub(crate) fn report<V>(file: &str, vectors: &[V], check: impl Fn(&V) -> Result<(), String>) {
    let faults: Vec<_> = vectors.iter().filter_map(|vector| check(vector).err()).collect();
    assert!(
        faults.is_empty(),
        "{file}: {} of {} vectors fail\n{}",
        faults.len(),
        vectors.len(),
        faults.join("\n")
    );
}

/// A vector named `name` comes out as `expected`.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    name: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{name}: {found:?} instead of {expected:?}"))
    }
}

/// The serialized name of an enum's variant: what `key` says of it in JSON.
pub(crate) fn tag<T: Serialize>(value: &T, key: &str) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.pointer(key)
        .and_then(|tag| tag.as_str())
        .unwrap_or_default()
        .to_owned()
}
