//! The app's key-value store, in memory.

use std::collections::BTreeMap;

/// Texts by key, with the platform's two limits: 1 MB for a key, 10 MB for all.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    entries: BTreeMap<String, String>,
    size: usize,
}

/// Why something can't be stored; the text stands after `fail ` in the app's `errMsg`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Full {
    /// The value is too large for one key.
    #[error("entry size limit reached")]
    Entry,
    /// All values together are too large.
    #[error("exceed storage max size 10Mb")]
    Whole,
}

impl Storage {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    /// Stores a value, in place of an old one.
    ///
    /// # Errors
    ///
    /// Where it doesn't fit; the old value stays then.
    pub(crate) fn set(&mut self, key: String, value: String) -> Result<(), Full> {
        let old = self.entries.get(&key).map_or(0, |old| key.len() + old.len());
        let size = self.size - old + key.len() + value.len();
        if value.len() > MAX_ENTRY {
            return Err(Full::Entry);
        }
        if size > MAX_WHOLE {
            return Err(Full::Whole);
        }
        self.size = size;
        self.entries.insert(key, value);
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if let Some(old) = self.entries.remove(key) {
            self.size -= key.len() + old.len();
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What `getStorageInfo` tells, sizes in KB.
    pub(crate) fn info(&self) -> serde_json::Value {
        let keys: Vec<_> = self.entries.keys().collect();
        serde_json::json!({
            "keys": keys,
            "currentSize": self.size.div_ceil(1024),
            "limitSize": MAX_WHOLE / 1024,
        })
    }
}

const MAX_ENTRY: usize = 1024 * 1024;
const MAX_WHOLE: usize = 10 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_takes_a_megabyte_and_all_take_ten() {
        let mut storage = Storage::default();
        let megabyte = "x".repeat(MAX_ENTRY);

        assert_eq!(
            storage.set("big".into(), format!("{megabyte}x")),
            Err(Full::Entry)
        );
        for index in 0..9 {
            storage.set(index.to_string(), megabyte.clone()).unwrap();
        }
        assert_eq!(storage.set("a".into(), megabyte), Err(Full::Whole));
        assert_eq!(storage.set("a".into(), "x".into()), Ok(()));
    }

    #[test]
    fn a_value_that_is_replaced_frees_its_room() {
        let mut storage = Storage::default();
        for _ in 0..20 {
            storage.set("k".into(), "x".repeat(MAX_ENTRY)).unwrap();
        }

        storage.remove("k");

        assert_eq!(
            storage.info(),
            serde_json::json!({"keys": [], "currentSize": 0, "limitSize": 10240})
        );
    }
}
