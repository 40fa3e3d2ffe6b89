//! What the console says of itself, and its log.

use std::net::SocketAddr;

use minigate_console::Hidden;
use minigate_console::demo::PEOPLE;
use minigate_console::store::Migration;
use minigate_console::store::copy::Copied;

use minigate_policy::diagnosis::Lang;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::Printer;
use crate::args::LogFormat;
use crate::signals::Ended;

/// For whom the console's links work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Links {
    /// For whom they were meant to, as far as is known.
    Public,
    /// For this machine: it listens on every address, and nobody has said which one others use.
    Here,
}

/// Sends the log to standard error; `RUST_LOG` says how much of it, unless it is empty.
pub(crate) fn begin(format: LogFormat) {
    let filter = wished_for().unwrap_or_else(|| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    match format {
        LogFormat::Human => log.init(),
        LogFormat::Json => log.json().with_span_list(false).init(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the log reads a variable of its own, as every program that logs in this way"
)]
fn wished_for() -> Option<EnvFilter> {
    let said = std::env::var(EnvFilter::DEFAULT_ENV).ok()?;
    let said = Some(said.trim()).filter(|said| !said.is_empty())?;
    EnvFilter::try_new(said).ok()
}

/// Tells the log that a console serves from now on.
pub(crate) fn began(address: SocketAddr, database: &str) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(%address, database, version, "began to serve");
}

/// Tells the log of the first signal.
pub(crate) fn asked_to_end(signal: Ended) {
    tracing::info!(%signal, "asked to end");
}

/// Tells the log that all is closed.
pub(crate) fn ended() {
    tracing::info!("ended");
}

impl Printer {
    /// The steps that a database lacks.
    pub(crate) fn pending(&self, steps: &[Migration]) {
        if steps.is_empty() {
            self.write(
                self.lang
                    .pick("The database is up to date.\n", "数据库已是最新。\n"),
            );
        }
        for step in steps {
            let sql = step.sql.trim();
            self.write(&format!("-- {}: {}\n{sql}\n", step.number, step.description));
        }
    }

    /// What was written into a file.
    pub(crate) fn saved(&self, copied: &Copied, file: &str) {
        self.tallies(copied);
        self.write(&match self.lang {
            Lang::En => format!("Written to {file}; keep it as you keep the database itself.\n"),
            Lang::Zh => format!("已写入 {file}；请像数据库本身一样妥善保管。\n"),
        });
    }

    /// What was copied to where, as it was read back from there.
    pub(crate) fn copied(&self, copied: &Copied, to: &str) {
        self.tallies(copied);
        self.write(&match self.lang {
            Lang::En => format!("Copied to {to}: read back, every table has the same rows and digest.\n"),
            Lang::Zh => format!("已复制到 {to}：重新读取后，所有表的行数和摘要均一致。\n"),
        });
    }

    fn tallies(&self, copied: &Copied) {
        for (table, tally) in copied {
            let digest: String = tally.sha256.chars().take(16).collect();
            self.write(&format!("{:>9} {table:<7} sha256 {digest}…\n", tally.count));
        }
    }

    /// How many filings were taken from a file.
    pub(crate) fn imported(&self, count: usize, file: &str) {
        self.write(&match self.lang {
            Lang::En => format!("Domains imported from {file}: {count}.\n"),
            Lang::Zh => format!("已从 {file} 导入 {count} 个域名。\n"),
        });
    }

    /// A link with which somebody sets a password.
    pub(crate) fn invited(&self, name: &str, link: &str) {
        self.write(&match self.lang {
            Lang::En => format!("{name} sets a new password, once and within 24 hours: {link}\n"),
            Lang::Zh => format!("{name} 可在 24 小时内用此链接设置新密码（只能使用一次）：{link}\n"),
        });
    }

    /// Where the console is, and the link with which its first operator sets a password.
    pub(crate) fn console(&self, url: &Url, links: Links, first: Option<&Url>) {
        let place = match self.lang {
            Lang::En => format!("minigate console at {url}\n"),
            Lang::Zh => format!("minigate 控制台：{url}\n"),
        };
        let note = match links {
            Links::Public => "",
            Links::Here => self.lang.pick(
                "Its links work on this machine only: say with --public-url https://HOST where others find it.\n",
                "其链接只能在本机打开：请用 --public-url https://主机 指定他人访问它的地址。\n",
            ),
        };
        let invitation = first.map(|link| match self.lang {
            Lang::En => format!(
                "Nobody can sign in yet. Set the operator's password, once and within 24 hours: {link}\n"
            ),
            Lang::Zh => {
                format!("还没有人可以登录。请在 24 小时内用此链接设置管理员密码（只能使用一次）：{link}\n")
            }
        });
        // At once: whoever reads the first line only doesn't end the console by it.
        self.write(&(place + note + &invitation.unwrap_or_default()));
    }

    /// Who can be signed in as, and the password of all of them.
    pub(crate) fn demo(&self, password: &Hidden) {
        for person in &PEOPLE {
            self.write(&format!("  {:<6}{}\n", person.name, person.role(self.lang)));
        }
        let password = password.reveal();
        self.write(&match self.lang {
            Lang::En => format!("Everybody's password in this demo: {password}\n"),
            Lang::Zh => format!("演示中所有人的密码：{password}\n"),
        });
    }
}
