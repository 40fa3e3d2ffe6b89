//! `minigate check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use minigate_engine::Override;

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
}
