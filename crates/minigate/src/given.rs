//! Files that the user names, read up to a bound: a device has no end.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use minigate_policy::diagnosis::Lang;

use crate::words;

/// Reads a text of settings.
pub(crate) fn text(path: &Path, lang: Lang) -> anyhow::Result<String> {
    utf8(path, Most::Settings, lang)
}

/// Reads a register of filings.
pub(crate) fn register(path: &Path, lang: Lang) -> anyhow::Result<String> {
    utf8(path, Most::Register, lang)
}

fn utf8(path: &Path, most: Most, lang: Lang) -> anyhow::Result<String> {
    let bytes = bytes(path, most, lang)?;
    let text = simdutf8::basic::from_utf8(&bytes).with_context(|| words::cant_read(path, lang))?;
    Ok(text.to_owned())
}

/// Reads a file whole.
pub(crate) fn bytes(path: &Path, most: Most, lang: Lang) -> anyhow::Result<Vec<u8>> {
    let most = most.bytes();
    let cant_read = || words::cant_read(path, lang);
    let file = File::open(path).with_context(cant_read)?;
    // What says its length is refused before it is read; a pipe or a device says 0.
    let mut is_large = file.metadata().with_context(cant_read)?.len() > most;
    let mut bytes = Vec::new();
    if !is_large {
        file.take(most + 1)
            .read_to_end(&mut bytes)
            .with_context(cant_read)?;
        is_large = bytes.len() as u64 > most;
    }
    if is_large {
        bail!(words::too_large(path, most >> 20, lang));
    }
    Ok(bytes)
}

/// How much of a file is read at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Most {
    /// What people write, and certificates.
    Settings,
    /// More filings than a register takes.
    Register,
    /// A recording, which is in memory as a whole, with all bodies.
    Recording,
}

impl Most {
    const fn bytes(self) -> u64 {
        match self {
            Self::Settings => 16 << 20,
            Self::Register => 256 << 20,
            Self::Recording => 1 << 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_as_large_as_its_bound() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let most = Most::Settings.bytes();

        file.as_file().set_len(most).unwrap();
        assert_eq!(text(file.path(), Lang::En).unwrap().len() as u64, most);

        file.as_file().set_len(most + 1).unwrap();
        let told = text(file.path(), Lang::En).unwrap_err().to_string();
        let path = file.path().display();
        assert_eq!(
            told,
            format!("{path} has more than 16 MiB, the most that is read")
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_is_read_up_to_its_bound() {
        let told = text(Path::new("/dev/zero"), Lang::Zh).unwrap_err().to_string();

        assert_eq!(told, "/dev/zero 超过可读取的上限 16 MiB");
    }
}
