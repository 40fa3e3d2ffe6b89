//! `minigate console`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, Subcommand};

use super::LogFormat;
use ipnet::IpNet;
use minigate_engine::Override;
use url::Url;

#[derive(Debug, Args)]
pub(crate) struct ConsoleArgs {
    /// What to do instead of serving
    #[command(subcommand)]
    pub(crate) command: Option<ConsoleCommand>,
    /// Where to listen
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8880")]
    pub(crate) listen: SocketAddr,
    /// The database: sqlite:PATH or postgres://USER@HOST/NAME [default: sqlite:minigate-console.db]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "MINIGATE_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
    /// Fill an empty database with apps and people to look at: a temporary one, unless --database names another
    #[arg(long)]
    pub(crate) demo: bool,
    /// Where people and programs find it, behind a proxy [default: where it listens]
    #[arg(long, value_name = "URL", value_parser = whole_url)]
    public_url: Option<Url>,
    /// Certificates of its own TLS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The key of its own TLS, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Proxies that may say for whom they ask: an address or a network; can be given more than once
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub(crate) trust_proxy: Vec<IpNet>,
    /// Networks that may see /metrics, beside this machine; can be given more than once
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub(crate) metrics_allow: Vec<IpNet>,
    /// A service that is asked for ICP filings, over HTTPS, in place of the register that was imported: it is given
    /// ?domain=NAME and answers {"filed": true, "licence": "…"}
    #[arg(long, value_name = "URL", value_parser = whole_url)]
    pub(crate) filing_url: Option<Url>,
    /// An OpenID provider at which people can sign in too: its issuer
    #[arg(long, value_name = "URL", requires = "oidc_client_id", value_parser = issuer)]
    pub(crate) oidc_issuer: Option<String>,
    /// The console's ID at the provider
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    pub(crate) oidc_client_id: Option<String>,
    /// The console's secret at the provider; none for a public client
    #[arg(long, value_name = "FILE", requires = "oidc_issuer")]
    pub(crate) oidc_client_secret_file: Option<PathBuf>,
    /// What people call the provider [default: its host]
    #[arg(long, value_name = "NAME", requires = "oidc_issuer")]
    pub(crate) oidc_name: Option<String>,
    /// Give everybody whom the provider lets in an account, without any role
    #[arg(long, requires = "oidc_issuer")]
    pub(crate) oidc_create: bool,
    /// Let pre-flights of drafts connect to hosts whose addresses aren't public, as an intranet's platform needs it
    #[arg(long)]
    pub(crate) preflight_private_hosts: bool,
    /// In pre-flights, connect to this address instead of the name's own, as curl does; `*` is any host or port, and as a
    /// port opens all ports of the address to whoever can write a draft
    #[arg(long, value_name = "HOST:PORT:ADDR[:PORT]")]
    pub(crate) resolve: Vec<Override>,
    /// Take the certificates of this PEM file for roots in pre-flights, too
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// At SIGTERM, answer for so many seconds more while /readyz already fails, so that a load balancer sees it in time
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(..=600))]
    pub(crate) drain: u64,
    /// Form of the log, on standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Human, value_name = "FORMAT")]
    pub(crate) log: LogFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConsoleCommand {
    /// Show the steps that this version would change the database by when it starts
    Pending,
    /// Write everything into a new file; the console may run meanwhile
    Backup {
        /// The file; it must not be there yet
        file: PathBuf,
    },
    /// Write a backup into an empty database
    Restore {
        /// The file
        file: PathBuf,
    },
    /// Write everything into an empty database of either kind; the console must be stopped
    Move {
        /// The empty database: sqlite:PATH or postgres://USER@HOST/NAME
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Take filings (rule D5) into the console's register; the console may run meanwhile
    ImportFilings {
        /// CSV with lines of `domain,licence`, or a file of SQLite with a table `filings` of these columns
        file: PathBuf,
        /// Put them in the place of those that are there [default: add to them]
        #[arg(long)]
        replace: bool,
    },
    /// Make a one-time link with which somebody who is locked out sets a new password
    Invite {
        /// The name of the account
        name: String,
        /// Where people find the console: what the link begins with [default: only the link's path is shown]
        #[arg(long, value_name = "URL", value_parser = whole_url)]
        public_url: Option<Url>,
    },
}

impl ConsoleArgs {
    /// The database that is named, or the usual one.
    pub(crate) fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("sqlite:minigate-console.db")
    }

    /// Where people find it, where that is said.
    pub(crate) fn public_url(&self) -> Option<&Url> {
        match &self.command {
            Some(ConsoleCommand::Invite { public_url, .. }) => public_url.as_ref(),
            _ => self.public_url.as_ref(),
        }
    }
}

/// Refuses what only says how to serve where something else is to be done: it would be without effect.
pub(super) fn refuse_idle(cli: &mut Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let Some(matches) = matches.subcommand_matches(NAME) else {
        return Ok(());
    };
    let (Some(subcommand), Some(console)) = (matches.subcommand_name(), cli.find_subcommand_mut(NAME)) else {
        return Ok(());
    };
    let is_typed = |arg: &&Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let serves = |arg: &&Arg| !arg.is_global_set() && arg.get_id() != "log";
    let idle = console.get_arguments().filter(serves).find(is_typed);
    match idle.map(ToString::to_string) {
        None => Ok(()),
        Some(idle) => Err(console.error(
            ErrorKind::ArgumentConflict,
            format!("the argument '{idle}' is for serving and cannot be used with '{subcommand}'"),
        )),
    }
}

/// With a scheme and a host.
pub(super) fn whole_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| format!("write it whole, such as https://console.example.com ({error})"))
}

/// As it was typed: a provider's issuer is compared letter by letter.
fn issuer(text: &str) -> Result<String, String> {
    match Url::parse(text) {
        Ok(url) if url.has_host() => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is no URL of a provider")),
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse().map(|address: std::net::IpAddr| address.into());
    text.parse()
        .or_else(|_| address())
        .map_err(|_| format!("`{text}` is neither an address nor a network such as 10.0.0.0/8"))
}

const NAME: &str = "console";
