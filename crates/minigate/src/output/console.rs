//! What the console says of itself, and its log.

use minigate_policy::diagnosis::Lang;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::Printer;
use crate::args::LogFormat;

/// Sends the log to standard error; `RUST_LOG` says how much of it.
pub(crate) fn begin(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    match format {
        LogFormat::Human => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

impl Printer {
    /// Where the console is, and the link with which its first operator sets a password.
    pub(crate) fn console(&self, url: &Url, first: Option<&Url>) {
        let place = match self.lang {
            Lang::En => format!("minigate console at {url}\n"),
            Lang::Zh => format!("minigate 控制台：{url}\n"),
        };
        self.write(&place);
        let Some(link) = first else { return };
        let invitation = match self.lang {
            Lang::En => format!(
                "Nobody can sign in yet. Set the operator's password, once and within 24 hours: {link}\n"
            ),
            Lang::Zh => {
                format!("还没有人可以登录。请在 24 小时内用此链接设置管理员密码（只能使用一次）：{link}\n")
            }
        };
        self.write(&invitation);
    }
}
