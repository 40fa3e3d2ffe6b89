//! The file of a recording.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use minigate_har::Masker;
use minigate_policy::diagnosis::Lang;
use tempfile::NamedTempFile;

use super::Recorder;
use crate::output::Printer;
use crate::words;

/// A recording and where it is to be written.
#[derive(Clone)]
pub(crate) struct Recording {
    recorder: Arc<Recorder>,
    path: PathBuf,
    secrets: Secrets,
    lang: Lang,
}

/// What becomes of secrets in a recording.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Secrets {
    /// Placeholders stand for them.
    Masked,
    /// They are written down.
    Kept,
}

impl Recording {
    /// Makes sure that the file can be written before anything runs.
    pub(crate) fn new(
        recorder: Arc<Recorder>,
        path: &Path,
        secrets: Secrets,
        lang: Lang,
    ) -> anyhow::Result<Self> {
        temporary(path).with_context(|| words::cant_write(path, lang))?;
        Ok(Self {
            recorder,
            path: path.to_owned(),
            secrets,
            lang,
        })
    }

    /// Who sees what is recorded.
    pub(crate) fn recorder(&self) -> Arc<Recorder> {
        Arc::clone(&self.recorder)
    }

    /// Writes the file, whole or not at all; one that is there is replaced at that moment only. Written once, it stays
    /// as it is.
    pub(crate) fn write(&self, printer: &Printer) -> anyhow::Result<()> {
        let Some(mut har) = self.recorder.take_har() else {
            return Ok(());
        };
        let cut = har
            .log
            .entries
            .iter()
            .filter(|entry| !entry.comment.is_empty())
            .count();
        if self.secrets == Secrets::Masked {
            Masker::mask(&mut har);
        }
        let written = || -> anyhow::Result<()> {
            let mut file = BufWriter::new(temporary(&self.path)?);
            serde_json::to_writer_pretty(&mut file, &har)?;
            file.write_all(b"\n")?;
            let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        written().with_context(|| words::cant_write(&self.path, self.lang))?;
        if cut > 0 {
            printer.warn(&words::cut_short(cut, &self.path, self.lang));
        }
        Ok(())
    }
}

/// A file beside the one that it will become, so that it can take its place in one step.
fn temporary(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))
}
