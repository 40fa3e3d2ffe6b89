//! Everything that a console knows, from one place to another: a database, or a file.
//!
//! ```text
//!  database ─ one snapshot ─► rows ─► file, whose last line has count and digest of each table
//!  database or file ─► rows ─ one transaction ─► empty database ─ read back: same counts and digests? ─► commit
//! ```
//! The rows keep their numbers: the audit log goes on where it ended. Nothing is half done: what doesn't come out the same
//! is rolled back.

mod database;
mod error;
mod file;
mod row;

use std::path::Path;

use jiff::Timestamp;
use tokio::fs::canonicalize;
use tokio::sync::mpsc;

pub use error::CopyError;
pub use row::{Copied, Table, Tally};

use database::{Source, Target};
use row::Row;

use super::place::Place;

/// Writes everything that a database has, as of one moment, into a new file that only its owner can read; the console may
/// run meanwhile.
///
/// # Errors
/// [`CopyError`]; the file is there whole or not at all.
pub async fn back_up(url: &str, file: &Path, at: Timestamp) -> Result<Copied, CopyError> {
    require_current(url).await?;
    let mut source = Source::open(url).await?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let path = file.to_owned();
    let writing = tokio::task::spawn_blocking(move || file::write(&path, receiver, at));
    let read = source.read(sender).await;
    let written = writing.await.map_err(|_| CopyError::BrokenOff)?;
    settle(written, read)
}

/// Writes everything that is in a file of [`back_up`] into an empty database.
///
/// # Errors
/// [`CopyError`]; then the database is as empty as before, and a file that wasn't there isn't there.
pub async fn restore(file: &Path, url: &str) -> Result<Copied, CopyError> {
    let path = file.to_owned();
    let verifying = tokio::task::spawn_blocking(move || file::verify(&path));
    verifying.await.map_err(|_| CopyError::BrokenOff)??;
    let mut target = Target::open(url).await?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let path = file.to_owned();
    let reading = tokio::task::spawn_blocking(move || file::read(&path, &sender));
    let written = target.write(receiver).await;
    let read = reading.await.map_err(|_| CopyError::BrokenOff)?;
    target.settle(settle(read, written)).await
}

/// Writes everything that a database has, which no console may use, into an empty one of either kind. The first stays as it
/// is.
///
/// # Errors
/// [`CopyError`], [`CopyError::InUse`] where a console runs; then the target is as empty as before, and a file that wasn't
/// there isn't there.
pub async fn migrate(from: &str, to: &str) -> Result<Copied, CopyError> {
    require_current(from).await?;
    let mut source = Source::alone(from).await?;
    require_others(&mut source, from, to).await?;
    let mut target = Target::open(to).await?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let (read, written) = tokio::join!(source.read(sender), target.write(receiver));
    target.settle(settle(read.map(drop), written)).await
}

/// A side that only saw the other one end says less than that one.
fn settle(one: Result<(), CopyError>, other: Result<Copied, CopyError>) -> Result<Copied, CopyError> {
    match (one, other) {
        (Err(CopyError::BrokenOff), Err(why)) | (Err(why), _) => Err(why),
        (Ok(()), other) => other,
    }
}

/// An older program's tables are another one's to read.
async fn require_current(url: &str) -> Result<(), CopyError> {
    let missing = super::pending(url).await?.len();
    if missing == 0 {
        Ok(())
    } else {
        Err(CopyError::Outdated { missing })
    }
}

/// Nothing can be copied onto itself.
async fn require_others(source: &mut Source, from: &str, to: &str) -> Result<(), CopyError> {
    let is_same = match (Place::of(from)?, Place::of(to)?) {
        (Place::File(from), Place::File(to)) => is_same_file(from.get_filename(), to.get_filename()).await,
        (Place::Server(_), Place::Server(to)) => source.is_at(&to).await?,
        _ => false,
    };
    if is_same { Err(CopyError::Same) } else { Ok(()) }
}

/// By whatever links they are reached; what isn't there is no other's.
async fn is_same_file(one: &Path, other: &Path) -> bool {
    let (one, other) = tokio::join!(canonicalize(one), canonicalize(other));
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

/// What goes from one side to the other.
#[derive(Debug)]
enum Part {
    Rows(Vec<Row>),
    /// There are no more, and this is what they come to.
    End(Copied),
}

/// How many parts one side is ahead of the other.
const AHEAD: usize = 4;
const ROWS_A_PART: usize = 500;
