//! Why something can't be copied.

use std::io;
use std::path::PathBuf;

use minigate_policy::diagnosis::Lang;

use super::Table;
use crate::store::{OpenError, StoreError};

/// Why something can't be copied; nothing is then in the place where it was to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// Something is in the target already.
    #[error("the database has {count} rows in {table} already: restore and move need an empty one")]
    NotEmpty {
        /// Where.
        table: Table,
        /// How many.
        count: u64,
    },
    /// A console, or another program, uses the database.
    #[error(
        "the database is in use: stop the console first, or what it writes from now on would be left behind"
    )]
    InUse,
    /// What is to be copied is where it is to be copied to.
    #[error("both are the same database: name another after --to")]
    Same,
    /// The database lacks steps that this program knows.
    #[error(
        "the database lacks {missing} migrations: start this version of the console once, or use the version that it is from"
    )]
    Outdated {
        /// How many.
        missing: usize,
    },
    /// What was read back isn't what was written.
    #[error("{table} didn't come out as it went in: it was rolled back")]
    Differs {
        /// Where.
        table: Table,
    },
    /// The file isn't a backup, or not a whole one.
    #[error("{}, line {line}: it is damaged, or no backup ({reason})", .file.display())]
    NoBackup {
        /// Which file.
        file: PathBuf,
        /// On which line.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The file's rows aren't those that its last line tells of.
    #[error("{} is damaged in {table}{}: {}; use another backup", .file.display(), at_lines(*.lines), damage(*.expected, *.found))]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// Of which table the rows are.
        table: Table,
        /// The first and the last line with any.
        lines: Option<(u64, u64)>,
        /// How many rows were written.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// There is such a file already.
    #[error("{} is there already, and a backup is a new file: name another, or remove it", .file.display())]
    Exists {
        /// Which one.
        file: PathBuf,
    },
    /// The file can't be read or written.
    #[error("{}: {error}", .file.display())]
    File {
        /// Which one.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The other side ended before its end.
    #[error("the copy broke off")]
    BrokenOff,
    /// The database doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CopyError {
    /// What to tell people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Zh, Self::NotEmpty { table, count }) => {
                format!("数据库的 {table} 中已有 {count} 行：恢复和迁移需要空数据库")
            }
            (Lang::Zh, Self::InUse) => "数据库正在使用：请先停止控制台，否则其后写入的内容会丢失".to_owned(),
            (Lang::Zh, Self::Outdated { missing }) => {
                format!("数据库缺少 {missing} 个迁移步骤：请先用此版本启动一次控制台，或使用其原来的版本")
            }
            (Lang::Zh, Self::Same) => "两者是同一个数据库：请用 --to 指定另一个".to_owned(),
            (
                Lang::Zh,
                Self::Damaged {
                    file,
                    table,
                    lines,
                    expected,
                    found,
                },
            ) => {
                let lines = lines.map(|(first, last)| format!("（第 {first} 至 {last} 行）"));
                let damage = if expected == found {
                    "有一行与写入时不同".to_owned()
                } else {
                    format!("写入了 {expected} 行，现有 {found} 行")
                };
                format!(
                    "备份 {} 的 {table} 部分{}已损坏：{damage}；请使用其他备份",
                    file.display(),
                    lines.unwrap_or_default()
                )
            }
            (Lang::Zh, Self::Differs { table }) => format!("{table} 的内容与原来不一致，已回滚"),
            (Lang::Zh, Self::NoBackup { file, line, reason }) => {
                format!(
                    "{} 第 {line} 行已损坏，或不是完整的备份（{reason}）",
                    file.display()
                )
            }
            (Lang::Zh, Self::Exists { file }) => format!(
                "{} 已经存在，备份只写入新文件：请换一个文件名，或先删除它",
                file.display()
            ),
            (Lang::Zh, Self::File { file, error }) => format!("{}：{error}", file.display()),
            (Lang::Zh, Self::BrokenOff) => "复制中断".to_owned(),
            (Lang::Zh, Self::Store(error)) => error.tell(lang),
        }
    }
}

fn at_lines(lines: Option<(u64, u64)>) -> String {
    lines
        .map(|(first, last)| format!(" (lines {first} to {last})"))
        .unwrap_or_default()
}

fn damage(expected: u64, found: u64) -> String {
    if expected == found {
        "a row isn't as it was written".to_owned()
    } else {
        format!("{expected} rows were written, and {found} are there")
    }
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<OpenError> for CopyError {
    fn from(error: OpenError) -> Self {
        Self::Store(error.into())
    }
}
