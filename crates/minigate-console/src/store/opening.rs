//! Why a database can't be opened, and what to do about it.

use std::path::PathBuf;

use minigate_policy::diagnosis::Lang;

/// Why a database can't be opened. No variant has the password of a URL.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL names no kind of database that is known.
    #[error("`{scheme}` is no kind of database: use sqlite:PATH or postgres://USER@HOST/NAME")]
    UnknownScheme {
        /// What stands before its first colon.
        scheme: String,
    },
    /// The URL can't be read.
    #[error("the URL of the database can't be read ({reason}): use sqlite:PATH or postgres://USER@HOST/NAME")]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The URL of a file names none.
    #[error("`{url}` names no file: use sqlite:PATH")]
    NoPath {
        /// All of it.
        url: String,
    },
    /// What is in memory is gone with the process.
    #[error("`{url}` would be gone with the process: name a file, sqlite:PATH")]
    InMemory {
        /// All of it.
        url: String,
    },
    /// The folder in which the file should be isn't there.
    #[error("there is no folder {} for the database: make it first", .folder.display())]
    NoFolder {
        /// Which one.
        folder: PathBuf,
    },
    /// The file can't be opened.
    #[error("{} can't be opened as a database: {reason}", .file.display())]
    File {
        /// Which one.
        file: PathBuf,
        /// What the system or the database says.
        reason: String,
    },
    /// The file is the database of another program.
    #[error("{} is another program's database: name a file that isn't there yet", .file.display())]
    Foreign {
        /// Which one.
        file: PathBuf,
    },
    /// The database of a server has tables of another program.
    #[error(
        "the database `{name}` of PostgreSQL at {server} is another program's, it has a table {table}: make an empty one (CREATE DATABASE)"
    )]
    ForeignTables {
        /// Host and port, or the path of a socket.
        server: String,
        /// The name of the database.
        name: String,
        /// The first of them, with its schema.
        table: String,
    },
    /// Another process serves from the file.
    #[error(
        "another console already serves from {}: stop that one, or use PostgreSQL, which is for several at once",
        .file.display()
    )]
    Served {
        /// Which one.
        file: PathBuf,
    },
    /// The database has steps that this program doesn't know.
    #[error("the database is of a newer minigate (step {step}): use that version")]
    Newer {
        /// The first of them.
        step: i64,
    },
    /// Nobody answers.
    #[error(
        "no PostgreSQL can be reached at {server} ({reason}): is it running there, and is the URL right?"
    )]
    Unreachable {
        /// Host and port, or the path of a socket.
        server: String,
        /// What happened.
        reason: String,
    },
    /// The server lets nobody in with that name and password.
    #[error("PostgreSQL at {server} lets `{user}` not in ({reason}): look at the URL's user and password")]
    Refused {
        /// Host and port, or the path of a socket.
        server: String,
        /// The name.
        user: String,
        /// What it says.
        reason: String,
    },
    /// The server has no such database.
    #[error("PostgreSQL at {server} has no database `{name}`: make it first (CREATE DATABASE)")]
    NoDatabase {
        /// Host and port, or the path of a socket.
        server: String,
        /// Its name.
        name: String,
    },
}

impl OpenError {
    /// What to tell people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.in_chinese(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::UnknownScheme { scheme } => {
                format!("`{scheme}` 不是数据库类型：请使用 sqlite:路径 或 postgres://用户@主机/名称")
            }
            Self::BadUrl { reason } => {
                format!("无法识别数据库的 URL（{reason}）：请使用 sqlite:路径 或 postgres://用户@主机/名称")
            }
            Self::NoPath { url } => format!("`{url}` 没有指明文件：请使用 sqlite:路径"),
            Self::InMemory { url } => {
                format!("`{url}` 会随进程一起消失：请指定文件，即 sqlite:路径")
            }
            Self::NoFolder { folder } => {
                format!("数据库所在的目录 {} 不存在：请先创建", folder.display())
            }
            Self::File { file, reason } => {
                format!("{} 无法作为数据库打开：{reason}", file.display())
            }
            Self::Foreign { file } => {
                format!("{} 是其他程序的数据库：请指定一个尚不存在的文件", file.display())
            }
            Self::ForeignTables { server, name, table } => format!(
                "{server} 上 PostgreSQL 的数据库 `{name}` 属于其他程序，其中有表 {table}：请新建一个空数据库（CREATE DATABASE）"
            ),
            Self::Served { file } => format!(
                "已有另一个控制台在使用 {}：请先停止它，或改用 PostgreSQL（可供多个控制台同时使用）",
                file.display()
            ),
            Self::Newer { step } => {
                format!("数据库属于更新版本的 minigate（迁移步骤 {step}）：请使用该版本")
            }
            Self::Unreachable { server, reason } => {
                format!(
                    "无法连接 {server} 上的 PostgreSQL（{reason}）：请检查它是否正在运行，以及 URL 是否正确"
                )
            }
            Self::Refused { server, user, reason } => {
                format!("{server} 上的 PostgreSQL 拒绝了 `{user}`（{reason}）：请检查 URL 中的用户名和密码")
            }
            Self::NoDatabase { server, name } => {
                format!("{server} 上的 PostgreSQL 没有数据库 `{name}`：请先创建（CREATE DATABASE）")
            }
        }
    }
}
