//! A backup: one line of JSON a row, between a line that says what it is and one that says what it has.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::TempPath;
use tokio::sync::mpsc::{Receiver, Sender};

use super::row::{Copied, Row, Table, Tallying};
use super::{CopyError, Part, ROWS_A_PART};

#[derive(Deserialize, Serialize)]
struct Heading {
    /// The form of the file.
    minigate_console_backup: u32,
    made_at: Timestamp,
}

#[derive(Deserialize, Serialize)]
struct Ending {
    end: Copied,
}

/// Writes the parts that come, under another name until all are there.
pub(super) fn write(path: &Path, parts: Receiver<Part>, at: Timestamp) -> Result<(), CopyError> {
    let in_file = |error| in_file(path, error);
    if path.exists() {
        return Err(in_file(io::ErrorKind::AlreadyExists.into()));
    }
    let partial = partial(path);
    let file = create(&partial).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => self::in_file(&partial, error),
        // Nobody but this knows of the other name.
        _ => in_file(error),
    })?;
    // What is left of it where something fails is of no use, and goes with this.
    let partial = TempPath::try_from_path(partial).map_err(in_file)?;
    if !write_parts(file, parts, at).map_err(in_file)? {
        return Err(CopyError::BrokenOff);
    }
    // Somebody may have made a file of that name in the meantime.
    let named = partial.persist_noclobber(path);
    named.map_err(|refused| in_file(refused.error))?;
    sync_folder(path).map_err(in_file)
}

/// A name outlives a loss of power only once its folder is written.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere a folder can't be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn in_file(path: &Path, error: io::Error) -> CopyError {
    let file = path.to_owned();
    match error.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Exists { file },
        _ => CopyError::File { file, error },
    }
}

fn write_parts(file: File, mut parts: Receiver<Part>, at: Timestamp) -> io::Result<bool> {
    let mut lines = BufWriter::new(file);
    let heading = Heading {
        minigate_console_backup: FORM,
        made_at: at,
    };
    write_line(&mut lines, &heading)?;
    while let Some(part) = parts.blocking_recv() {
        match part {
            Part::Rows(rows) => {
                for row in &rows {
                    write_line(&mut lines, row)?;
                }
            }
            Part::End(end) => {
                write_line(&mut lines, &Ending { end })?;
                lines
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)?
                    .sync_all()?;
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn write_line(lines: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, line)?;
    lines.write_all(b"\n")
}

/// Hashes of passwords and secrets are in it: nobody else may read it.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Reads all of a file and holds it against what its last line says.
pub(super) fn verify(path: &Path) -> Result<(), CopyError> {
    let mut lines = Lines::of(path)?;
    let mut tallying = Tallying::default();
    let mut places: BTreeMap<Table, (u64, u64)> = BTreeMap::new();
    let end = loop {
        match lines.next()? {
            Line::Row(row) => {
                tallying.take(&row);
                let place = places.entry(row.table()).or_insert((lines.number, 0));
                place.1 = lines.number;
            }
            Line::Ending(Ending { end }) => break end,
        }
    };
    let found = tallying.finish();
    let differs = |table: &Table| found.get(table) != end.get(table);
    let Some(table) = Table::ALL.into_iter().find(differs) else {
        return Ok(());
    };
    let count = |tallies: &Copied| tallies.get(&table).map_or(0, |tally| tally.count);
    Err(CopyError::Damaged {
        file: path.to_owned(),
        table,
        lines: places.get(&table).copied(),
        expected: count(&end),
        found: count(&found),
    })
}

/// Sends what is in a file, line by line.
pub(super) fn read(path: &Path, parts: &Sender<Part>) -> Result<(), CopyError> {
    let mut lines = Lines::of(path)?;
    let mut rows = Vec::new();
    loop {
        match lines.next()? {
            Line::Row(row) => rows.push(row),
            Line::Ending(Ending { end }) => {
                send(parts, Part::Rows(rows))?;
                return send(parts, Part::End(end));
            }
        }
        if rows.len() == ROWS_A_PART {
            send(parts, Part::Rows(std::mem::take(&mut rows)))?;
        }
    }
}

fn send(parts: &Sender<Part>, part: Part) -> Result<(), CopyError> {
    parts.blocking_send(part).map_err(|_| CopyError::BrokenOff)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Row(Row),
    Ending(Ending),
}

/// The lines of a file, of which no one is endless.
struct Lines<'p> {
    path: &'p Path,
    reader: BufReader<File>,
    number: u64,
    text: String,
}

impl<'p> Lines<'p> {
    /// Of a backup, after the line that says that it is one.
    fn of(path: &'p Path) -> Result<Self, CopyError> {
        let file = File::open(path).map_err(|error| CopyError::File {
            file: path.to_owned(),
            error,
        })?;
        let mut lines = Self {
            path,
            reader: BufReader::new(file),
            number: 0,
            text: String::new(),
        };
        let heading: Heading = lines.next()?;
        if heading.minigate_console_backup != FORM {
            return Err(lines.wrong("it is of another version"));
        }
        Ok(lines)
    }

    fn next<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, CopyError> {
        self.text.clear();
        self.number += 1;
        let mut bounded = (&mut self.reader).take(LONGEST_LINE);
        let read = bounded.read_line(&mut self.text);
        read.map_err(|error| self.wrong(&error.to_string()))?;
        if self.text.is_empty() {
            return Err(self.wrong("it ends before its end"));
        }
        serde_json::from_str(&self.text).map_err(|error| self.wrong(&error.to_string()))
    }

    fn wrong(&self, reason: &str) -> CopyError {
        CopyError::NoBackup {
            file: self.path.to_owned(),
            line: self.number,
            reason: reason.to_owned(),
        }
    }
}

const FORM: u32 = 1;
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_is_made_meanwhile_isnt_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup");
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let writing = {
            let path = path.clone();
            std::thread::spawn(move || write(&path, receiver, Timestamp::UNIX_EPOCH))
        };
        // Once it takes this, it has found the name free.
        for _ in 0..2 {
            sender.blocking_send(Part::Rows(Vec::new())).unwrap();
        }

        fs::write(&path, "somebody's").unwrap();
        sender.blocking_send(Part::End(Copied::default())).unwrap();
        let refused = writing.join().unwrap();

        assert!(matches!(refused, Err(CopyError::Exists { .. })), "{refused:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
