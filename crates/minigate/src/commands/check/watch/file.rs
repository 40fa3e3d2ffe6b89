//! A file of changes.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use super::backlog::Backlog;
use crate::output::Printer;
use crate::words;

/// Gets a line for each change; opened for each anew, so that it may be moved away meanwhile.
pub(super) struct ChangesFile {
    path: PathBuf,
    backlog: Backlog,
    printer: Arc<Printer>,
}

impl ChangesFile {
    pub(super) fn open(path: &Path, printer: Arc<Printer>) -> anyhow::Result<Self> {
        opened(path).with_context(|| words::cant_write(path, printer.lang))?;
        Ok(Self {
            path: path.to_owned(),
            backlog: Backlog::default(),
            printer,
        })
    }

    pub(super) fn take(&mut self, change: &str) {
        if let Some(oldest) = self.backlog.push(change) {
            self.tell_lost(&oldest);
        }
        self.try_again();
    }

    pub(super) fn try_again(&mut self) {
        while let Some((number, change)) = self.backlog.front() {
            if let Err(error) = append(&self.path, &format!("{change}\n")) {
                let (path, waiting) = (self.path.display(), self.backlog.len());
                let text = words::check::not_delivered(path, error, waiting, self.printer.lang);
                return self.printer.warn(&text);
            }
            self.backlog.settle(number);
        }
    }

    pub(super) fn tell_rest(mut self) {
        for change in self.backlog.drain() {
            self.tell_lost(&change);
        }
    }

    fn tell_lost(&self, change: &str) {
        let text = words::check::never_delivered(self.path.display(), change, self.printer.lang);
        self.printer.warn(&text);
    }
}

/// Appends a whole line, or nothing: what a full disk took of it is cut off again.
fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = opened(path)?;
    let before = file.metadata()?.len();
    let written = file.write_all(line.as_bytes());
    if written.is_err() {
        // A pipe has no end to cut off.
        let _ = file.set_len(before);
    }
    written
}

fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}
