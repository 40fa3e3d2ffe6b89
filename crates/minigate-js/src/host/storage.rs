//! The app's key-value store: in memory, and in a file where the app's files are kept.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    files::{FileFault, Log, Sandbox},
    observer::StorageLoss,
};

/// Texts by key, with the platform's two limits: 1 MB for a key, 10 MB for all.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    entries: BTreeMap<String, String>,
    size: usize,
    file: Backing,
    loss: Option<StorageLoss>,
}

/// Where the entries are after the run.
#[derive(Debug, Default)]
enum Backing {
    #[default]
    Nowhere,
    /// In lines of JSON: `[key, value]` was stored, `[key]` was removed, and `[]` means everything was.
    Lines { log: Log, shortest: u64 },
    /// In a file that can't be read.
    Lost(FileFault),
}

/// Why something can't be stored; the text stands after `fail ` in the app's `errMsg`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Unstorable {
    /// The value is too large for one key.
    #[error("entry size limit reached")]
    Entry,
    /// All values together are too large.
    #[error("exceed storage max size 10Mb")]
    Whole,
    /// The file can't take it.
    #[error("{0}")]
    File(#[from] FileFault),
}

impl Storage {
    /// The store of an app with these files, and what the runs before have put into it.
    pub(crate) fn of(files: &Sandbox) -> Self {
        let mut storage = Self::default();
        storage.file = match files.log() {
            Ok(None) => Backing::Nowhere,
            Ok(Some((log, content))) => storage.replay(log, &content),
            Err(fault) => storage.lose(fault),
        };
        storage
    }

    /// What couldn't be read of it.
    pub(crate) const fn loss(&self) -> Option<StorageLoss> {
        self.loss
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    /// Stores a value, in place of an old one.
    ///
    /// # Errors
    ///
    /// Where it doesn't fit; the old value stays then.
    pub(crate) fn set(&mut self, key: String, value: String) -> Result<(), Unstorable> {
        let size = self.size_with(&key, &value)?;
        self.note(&[&key, &value])?;
        self.size = size;
        self.entries.insert(key, value);
        self.shorten();
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &str) -> Result<(), Unstorable> {
        if self.entries.contains_key(key) {
            self.note(&[key])?;
            self.drop_entry(key);
            self.shorten();
        }
        Ok(())
    }

    pub(crate) fn clear(&mut self) -> Result<(), Unstorable> {
        if !self.entries.is_empty() {
            self.note(&[])?;
            self.drop_all();
            self.shorten();
        }
        Ok(())
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

    /// The bytes of all entries once this one is among them.
    fn size_with(&self, key: &str, value: &str) -> Result<usize, Unstorable> {
        let old = self.entries.get(key).map_or(0, |old| key.len() + old.len());
        let size = self.size - old + key.len() + value.len();
        if value.len() > MAX_ENTRY {
            return Err(Unstorable::Entry);
        }
        if size > MAX_WHOLE {
            return Err(Unstorable::Whole);
        }
        Ok(size)
    }

    fn drop_entry(&mut self, key: &str) {
        if let Some(old) = self.entries.remove(key) {
            self.size -= key.len() + old.len();
        }
    }

    fn drop_all(&mut self) {
        self.entries.clear();
        self.size = 0;
    }

    /// Does what the lines say, up to the first that says nothing: from there on the file is broken, and goes.
    fn replay(&mut self, mut log: Log, content: &[u8]) -> Backing {
        let (mut good, mut lines) = (0, 0);
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            if self.apply(line).is_none() {
                break;
            }
            good += line.len() as u64;
            lines += 1;
        }
        let bytes = log.len() - good;
        self.loss = (bytes > 0).then_some(StorageLoss::Broken {
            line: lines + 1,
            bytes,
        });
        match log.cut(good) {
            Ok(()) => Backing::Lines { log, shortest: 0 },
            Err(fault) => self.lose(fault),
        }
    }

    fn lose(&mut self, fault: FileFault) -> Backing {
        self.loss = Some(StorageLoss::Unusable(fault));
        Backing::Lost(fault)
    }

    fn apply(&mut self, line: &[u8]) -> Option<()> {
        let words: Vec<Cow<'_, str>> = serde_json::from_slice(line.strip_suffix(b"\n")?).ok()?;
        match <[Cow<'_, str>; 2]>::try_from(words) {
            Ok([key, value]) => {
                self.size = self.size_with(&key, &value).ok()?;
                self.entries.insert(key.into_owned(), value.into_owned());
            }
            Err(words) => match words.as_slice() {
                [] => self.drop_all(),
                [key] => self.drop_entry(key),
                _ => return None,
            },
        }
        Some(())
    }

    fn note(&mut self, words: &[&str]) -> Result<(), Unstorable> {
        match &mut self.file {
            Backing::Nowhere => Ok(()),
            Backing::Lines { log, .. } => Ok(log.append(&line(words))?),
            Backing::Lost(fault) => Err((*fault).into()),
        }
    }

    /// Writes the file anew where most of it is of no use any more. Where that fails, the old one is as good.
    fn shorten(&mut self) {
        let Backing::Lines { log, shortest } = &mut self.file else {
            return;
        };
        if log.len() > *shortest * 2 + SLACK {
            let lines = self.entries.iter().map(|(key, value)| line(&[key, value]) + "\n");
            if log.replace(&lines.collect::<String>()).is_ok() {
                *shortest = log.len();
            }
        }
    }
}

fn line(words: &[&str]) -> String {
    serde_json::json!(words).to_string()
}

const MAX_ENTRY: usize = 1024 * 1024;
const MAX_WHOLE: usize = 10 * 1024 * 1024;

/// What may be of no use in a file before it is written anew, in bytes.
const SLACK: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_takes_a_megabyte_and_all_take_ten() {
        let mut storage = Storage::default();
        let megabyte = "x".repeat(MAX_ENTRY);

        assert_eq!(
            storage.set("big".into(), format!("{megabyte}x")),
            Err(Unstorable::Entry)
        );
        for index in 0..9 {
            storage.set(index.to_string(), megabyte.clone()).unwrap();
        }
        assert_eq!(storage.set("a".into(), megabyte), Err(Unstorable::Whole));
        assert_eq!(storage.set("a".into(), "x".into()), Ok(()));
    }

    #[test]
    fn a_value_that_is_replaced_frees_its_room() {
        let mut storage = Storage::default();
        for _ in 0..20 {
            storage.set("k".into(), "x".repeat(MAX_ENTRY)).unwrap();
        }

        storage.remove("k").unwrap();

        assert_eq!(
            storage.info(),
            serde_json::json!({"keys": [], "currentSize": 0, "limitSize": 10240})
        );
    }

    #[test]
    fn entries_outlive_the_run_and_a_torn_line_goes() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = kept(&folder);
        storage.set("a\n".into(), "1\u{2028}\"".into()).unwrap();
        storage.set("b".into(), "2".into()).unwrap();
        storage.set("c".into(), "3".into()).unwrap();
        storage.remove("b").unwrap();
        drop(storage);
        append(&folder, "[\"d\",\"4");

        let mut next = kept(&folder);
        assert_eq!(next.get("a\n"), Some("1\u{2028}\""));
        assert_eq!(next.get("b"), None);
        assert_eq!(next.get("d"), None);
        next.set("e".into(), "5".into()).unwrap();
        drop(next);

        assert_eq!(kept(&folder).info()["keys"], serde_json::json!(["a\n", "c", "e"]));
    }

    #[test]
    fn broken_lines_are_the_end_of_what_is_known() {
        for broken in [
            "\0\0\0\n",
            "{}\n",
            "[1]\n",
            "[\"a\",\"b\",\"c\"]\n",
            "\n",
            "\u{fffd}",
        ] {
            let folder = tempfile::tempdir().unwrap();
            kept(&folder).set("a".into(), "1".into()).unwrap();
            append(&folder, broken);
            append(&folder, "[\"b\",\"2\"]\n");

            let storage = kept(&folder);

            assert_eq!(storage.info()["keys"], serde_json::json!(["a"]), "{broken:?}");
            let bytes = broken.len() as u64 + 10;
            assert_eq!(storage.loss(), Some(StorageLoss::Broken { line: 2, bytes }));
            drop(storage);
            assert_eq!(kept(&folder).loss(), None);
        }
    }

    #[test]
    fn a_folder_in_the_file_s_place_is_told_and_nothing_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        drop(kept(&folder));
        std::fs::remove_file(file(&folder)).unwrap();
        std::fs::create_dir(file(&folder)).unwrap();

        let mut storage = kept(&folder);

        assert_eq!(
            storage.loss(),
            Some(StorageLoss::Unusable(FileFault::IsDirectory))
        );
        assert_eq!(
            storage.set("a".into(), "1".into()),
            Err(Unstorable::File(FileFault::IsDirectory))
        );
    }

    #[test]
    fn a_file_is_written_anew_before_it_is_mostly_of_no_use() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = kept(&folder);

        for index in 0..100 {
            storage
                .set("k".into(), format!("{index}{}", "x".repeat(100_000)))
                .unwrap();
        }
        drop(storage);

        let size = std::fs::metadata(file(&folder)).unwrap().len();
        assert!(size < 3 * 1024 * 1024, "{size}");
        assert!(kept(&folder).get("k").unwrap().starts_with("99x"));
    }

    #[test]
    fn a_cleared_store_is_empty_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = kept(&folder);
        storage.set("a".into(), "1".into()).unwrap();
        storage.clear().unwrap();
        storage.set("b".into(), "1".into()).unwrap();
        drop(storage);

        assert_eq!(kept(&folder).info()["keys"], serde_json::json!(["b"]));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_leads_elsewhere_is_neither_read_nor_written() {
        let folder = tempfile::tempdir().unwrap();
        drop(kept(&folder));
        std::fs::remove_file(file(&folder)).unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "[\"a\",\"secret\"]\n").unwrap();
        std::os::unix::fs::symlink(&secret, file(&folder)).unwrap();

        let mut storage = kept(&folder);

        assert_eq!(storage.get("a"), None);
        assert_eq!(
            storage.set("a".into(), "1".into()),
            Err(Unstorable::File(FileFault::Denied))
        );
        assert_eq!(std::fs::read_to_string(secret).unwrap(), "[\"a\",\"secret\"]\n");
    }

    fn kept(folder: &tempfile::TempDir) -> Storage {
        let rules = crate::FileRules::of(&minigate_policy::Profile::default(), crate::Kind::App);
        Storage::of(&Sandbox::kept(folder.path(), &"wx1".parse().unwrap(), rules).unwrap())
    }

    fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
        folder.path().join("wx1/storage.jsonl")
    }

    fn append(folder: &tempfile::TempDir, text: &str) {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(file(folder))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}
