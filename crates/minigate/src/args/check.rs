//! `minigate check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use minigate_engine::Override;
use url::Url;

use super::lint::FailOn;
use super::{ProfileArg, parse_profile, parse_span};

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// A host, host:port or URL (https, wss; an image's too); a file of them, one a line; or an app's folder
    #[arg(required = true, value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Era of the rules: guide or current
    #[arg(long, value_name = "PROFILE", value_parser = parse_profile)]
    pub(crate) profile: Option<ProfileArg>,
    /// Domain lists that the targets have to be on, as JSON; without them each target is taken to be listed
    #[arg(long, value_name = "FILE")]
    pub(crate) domains: Option<PathBuf>,
    /// Register of ICP filings: lines of `domain` or `domain,licence`
    #[arg(long, value_name = "FILE")]
    pub(crate) filings: Option<PathBuf>,
    /// Take the certificates of this PEM file for roots of every device, too
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// Connect to this address instead of the name's own, as curl does; `*` is any host or port
    #[arg(long, value_name = "HOST:PORT:ADDR[:PORT]")]
    pub(crate) resolve: Vec<Override>,
    /// Don't fetch certificates that a server leaves out from where their authorities publish them
    #[arg(long)]
    pub(crate) no_fetch: bool,
    /// How many targets are checked at a time
    #[arg(long, short, value_name = "NUMBER", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: u16,
    /// The longest time for one address
    #[arg(long, value_name = "SPAN", value_parser = parse_span, default_value = "60s")]
    pub(crate) timeout: Duration,
    /// End with exit code 1 for findings that are at least this bad
    #[arg(long, value_enum, default_value_t = FailOn::Fail, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// Tell everything about each target, as is done where there is only one
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Print one JSON object a target
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report to this file, as a page that needs nothing else
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the findings to this file, as SARIF 2.1.0
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Write the verdicts to this file, as JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write the chain that the server should send to this file, as PEM; for a single target
    #[arg(long, value_name = "FILE")]
    pub(crate) full_chain: Option<PathBuf>,
    /// Check again and again, a round this long after the last one began, and tell only what changes; SIGUSR1 begins
    /// a round at once
    #[arg(long, value_name = "SPAN", value_parser = parse_watch, conflicts_with_all = ["html", "sarif", "junit", "full_chain"])]
    pub(crate) watch: Option<Duration>,
    /// Post each change to this URL, as JSON
    #[arg(long, value_name = "URL", requires = "watch", value_parser = parse_webhook)]
    pub(crate) webhook: Option<Url>,
    /// Append each change to this file, a line of JSON each
    #[arg(long, value_name = "FILE", requires = "watch")]
    pub(crate) changes: Option<PathBuf>,
}

fn parse_watch(text: &str) -> Result<Duration, String> {
    let span = parse_span(text)?;
    if span < SHORTEST_WATCH {
        return Err(format!(
            "a round takes a server's time: give it {SHORTEST_WATCH:?} or more"
        ));
    }
    Ok(span)
}

fn parse_webhook(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    match url.scheme() {
        "http" | "https" if !has_user => Ok(url),
        "http" | "https" => Err("a user name can't stand in it".to_owned()),
        _ => Err("write an https or http URL".to_owned()),
    }
}

const SHORTEST_WATCH: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_leaves_servers_time() {
        assert_eq!(parse_watch("10s"), Ok(SHORTEST_WATCH));
        assert!(parse_watch("9999ms").is_err());
    }

    #[test]
    fn a_webhook_is_an_address_of_http_without_a_user() {
        assert!(parse_webhook("https://hooks.example.com/a?b").is_ok());
        assert!(parse_webhook("http://127.0.0.1:9093/").is_ok());
        assert!(parse_webhook("https://me:secret@hooks.example.com/").is_err());
        assert!(parse_webhook("ftp://hooks.example.com/").is_err());
        assert!(parse_webhook("hooks.example.com").is_err());
    }
}
