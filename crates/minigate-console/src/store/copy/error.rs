//! Why something can't be copied.

use std::io;
use std::path::PathBuf;

use minigate_policy::diagnosis::Lang;

use super::Table;
use crate::store::StoreError;

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
    #[error("{}, line {line}: {reason}", .file.display())]
    NoBackup {
        /// Which file.
        file: PathBuf,
        /// On which line.
        line: u64,
        /// What is wrong.
        reason: String,
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
            (Lang::Zh, Self::Differs { table }) => format!("{table} 的内容与原来不一致，已回滚"),
            (Lang::Zh, Self::NoBackup { file, line, reason }) => {
                format!("{} 第 {line} 行不是完整的备份（{reason}）", file.display())
            }
            (Lang::Zh, Self::Exists { file }) => format!(
                "{} 已经存在，备份只写入新文件：请换一个文件名，或先删除它",
                file.display()
            ),
            (Lang::Zh, Self::File { file, error }) => format!("{}：{error}", file.display()),
            (Lang::Zh, Self::BrokenOff) => "复制中断".to_owned(),
            (Lang::Zh, Self::Store(error)) => format!("数据库无法正常工作（{error}）"),
        }
    }
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
