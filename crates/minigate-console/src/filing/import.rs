//! Registers of filings as they come: CSV, or a file of SQLite.

use std::collections::BTreeMap;
use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use futures_util::TryStreamExt;
use minigate_policy::{Domain, DomainError};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::task::yield_now;

use super::registrable;

/// Filings that can be imported: the licence of each registrable domain, which may be empty.
///
/// ```
/// use minigate_console::filing::Register;
///
/// let register = Register::from_csv("domain,licence\nexample.com,京ICP备00000001号\n")?;
/// assert_eq!(register.len(), 1);
///
/// let error = Register::from_csv("example.com\napi.example.com\n").unwrap_err();
/// assert_eq!(error.to_string(), "line 2: `api.example.com` isn't what somebody registered: that is `example.com`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Register(pub(super) BTreeMap<String, String>);

/// Why filings can't be imported; nothing of them is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A line or row is wrong.
    #[error("line {line}: {error}")]
    Line {
        /// Which, counted from 1.
        line: u64,
        /// What is wrong with it.
        error: LineError,
    },
    /// There are more than can be taken.
    #[error("there are more than {limit} filings")]
    TooMany {
        /// How many can be taken.
        limit: usize,
    },
    /// There is no domain in it: it would leave nobody filed.
    #[error("there is no domain in it")]
    Empty,
    /// The text can't be read as CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// The file can't be read, or has no such table.
    #[error("the file has no table `filings` or `filing` with columns `domain` and `licence`: {reason}")]
    File {
        /// What the database says.
        reason: String,
    },
}

/// What is wrong with one filing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// It is of no domain.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// It is of a name below a registrable domain, which is what a register is asked for.
    #[error("`{domain}` isn't what somebody registered: that is `{registrable}`")]
    NotRegistrable {
        /// The name.
        domain: Domain,
        /// Its registrable part.
        registrable: Domain,
    },
    /// The licence has more than 200 characters, or control characters.
    #[error("the licence has more than {LONGEST_LICENCE} characters, or control characters")]
    Licence,
}

impl Register {
    /// Reads `domain` or `domain,licence` of each line (RFC 4180): a heading, empty lines, those that begin with `#`, and
    /// more fields don't count. Of a domain that is there twice, the last line counts.
    ///
    /// # Errors
    /// [`ImportError::Line`] names the first wrong line; [`ImportError::TooMany`], [`ImportError::Empty`],
    /// [`ImportError::Csv`].
    pub fn from_csv(text: &str) -> Result<Self, ImportError> {
        let text = without_mark(text);
        let mut register = Self::default();
        for row in rows(text).records() {
            register.add_row(text, &row?)?;
        }
        register.filled()
    }

    /// The same for a text that may be large: what else there is to do goes on while it is read.
    ///
    /// # Errors
    /// As [`Register::from_csv`].
    pub async fn read_csv(text: &str) -> Result<Self, ImportError> {
        let text = without_mark(text);
        let mut register = Self::default();
        for (at, row) in rows(text).records().enumerate() {
            register.add_row(text, &row?)?;
            if at % ROWS_AT_ONCE == 0 {
                yield_now().await;
            }
        }
        register.filled()
    }

    /// Reads the table `filings` or `filing` of a file of SQLite, with columns `domain` and `licence`, without writing to it.
    ///
    /// # Errors
    /// As [`Register::from_csv`], with rows in place of lines; [`ImportError::File`].
    pub async fn from_sqlite(path: &Path) -> Result<Self, ImportError> {
        let mut file = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            // The file is somebody else's: nothing in its schema is run.
            .pragma("trusted_schema", "OFF")
            .connect()
            .await?;
        let mut register = Self::default();
        let mut rows =
            sqlx::query_as::<_, (String, Option<String>)>(select(&mut file).await?).fetch(&mut file);
        let mut row = 0;
        while let Some((domain, licence)) = rows.try_next().await? {
            row += 1;
            register.add(row, &domain, &licence.unwrap_or_default())?;
        }
        drop(rows);
        register.filled()
    }

    /// How many domains there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn filled(self) -> Result<Self, ImportError> {
        if self.is_empty() {
            return Err(ImportError::Empty);
        }
        Ok(self)
    }

    fn add_row(&mut self, text: &str, row: &StringRecord) -> Result<(), ImportError> {
        let line = line_of(text, row);
        let (domain, licence) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        let is_heading = self.is_empty() && domain == "domain";
        let is_empty = domain.is_empty() && licence.is_empty();
        if is_heading || is_empty {
            return Ok(());
        }
        self.add(line, domain, licence)
    }

    fn add(&mut self, line: u64, domain: &str, licence: &str) -> Result<(), ImportError> {
        let (domain, licence) = read(domain, licence).map_err(|error| ImportError::Line { line, error })?;
        self.0.insert(domain, licence);
        if self.0.len() > MOST {
            return Err(ImportError::TooMany { limit: MOST });
        }
        Ok(())
    }
}

/// The lines of a text, each with its number.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn rows(text: &str) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
}

/// The line on which a row begins: the reader counts from behind the row before, with what it passes over in between.
fn line_of(text: &str, row: &StringRecord) -> u64 {
    let Some(behind) = row.position() else {
        return 0;
    };
    let rest = usize::try_from(behind.byte()).ok().and_then(|at| text.get(at..));
    let lines = rest.unwrap_or_default().lines();
    let passed_over = lines.take_while(|line| line.is_empty() || line.starts_with('#'));
    passed_over.fold(behind.line(), |line, _| line + 1)
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::File {
            reason: error.to_string(),
        }
    }
}

fn read(domain: &str, licence: &str) -> Result<(String, String), LineError> {
    let domain = Domain::parse(domain.trim())?;
    let registrable = registrable(&domain);
    if domain != registrable {
        return Err(LineError::NotRegistrable { domain, registrable });
    }
    let licence = licence.trim();
    if licence.chars().count() > LONGEST_LICENCE || licence.chars().any(char::is_control) {
        return Err(LineError::Licence);
    }
    Ok((domain.to_string(), licence.to_owned()))
}

/// Tables only: a view could run for ever.
async fn select(file: &mut SqliteConnection) -> Result<&'static str, ImportError> {
    let table = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('filings', 'filing') ORDER BY name DESC";
    let table: Option<String> = sqlx::query_scalar(table).fetch_optional(file).await?;
    match table.as_deref() {
        Some("filings") => Ok("SELECT CAST(domain AS TEXT), CAST(licence AS TEXT) FROM filings"),
        Some(_) => Ok("SELECT CAST(domain AS TEXT), CAST(licence AS TEXT) FROM filing"),
        None => Err(ImportError::File {
            reason: "no such table".to_owned(),
        }),
    }
}

const MOST: usize = 2_000_000;
const LONGEST_LICENCE: usize = 200;
/// Some milliseconds' work.
const ROWS_AT_ONCE: usize = 500;
