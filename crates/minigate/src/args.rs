//! The command line.

mod calls;
mod check;
mod console;
mod lint;

use std::path::PathBuf;
use std::time::Duration;

use crate::life::Schedule;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use minigate_engine::Override;
use minigate_lists::Thumbprint;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Era, Interface, Platform, Release};
use url::Url;

pub(crate) use calls::{Calls, PageCall};
pub(crate) use check::CheckArgs;
pub(crate) use console::{ConsoleArgs, ConsoleCommand};
pub(crate) use lint::{LintArgs, ListFormat};

/// The network of mini-programs, with every rule of the platform, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "minigate", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Language of messages for people: en or zh [default: the locale's]
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<Lang>,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
}

impl Cli {
    /// What was typed; ends the process where that makes no sense.
    pub(crate) fn of_the_process() -> Self {
        let mut command = Self::command();
        let matches = command.get_matches_mut();
        let parsed =
            console::refuse_idle(&mut command, &matches).and_then(|()| Self::from_arg_matches(&matches));
        parsed.unwrap_or_else(|error| error.format(&mut command).exit())
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a mini-program without a screen; each call of it is one line
    ///
    /// Ends when nothing is pending. Exit code 0: all went well; 1: a call was refused or failed, or an exception
    /// was not caught; 2: it couldn't be run.
    Run(Box<RunArgs>),
    /// Run the tests of a mini-program, each in an app of its own, on a clock and a network that the test owns
    ///
    /// Exit code 0: all passed; 1: a test failed; 2: there are none, or they couldn't be run.
    Test(Box<TestArgs>),
    /// Judge the source of a mini-program: what would a release refuse, and what will go wrong
    ///
    /// Exit code 0: all well; 1: something was found (see --fail-on); 2: couldn't look.
    Lint(Box<LintArgs>),
    /// Check servers: will they work for a mini-program, on which devices, and if not, what is to be changed
    ///
    /// Exit code 0: all well; 1: something was found (see --fail-on); 2: couldn't look.
    Check(Box<CheckArgs>),
    /// Tell what would become of a call, and why
    ///
    /// Exit code 0: allowed; 1: refused; 2: couldn't look.
    Explain(Box<ExplainArgs>),
    /// Serve the console: where people configure the domains of apps, and run times get them from
    ///
    /// Ends by SIGINT or SIGTERM, once what has begun is answered. Exit code 0: it was asked to end; 2: it couldn't serve.
    Console(Box<ConsoleArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The project's folder: the one with project.config.json or app.json
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// What the network is like: offline, 2g, slow-3g, 3g, 4g, wifi, or a script's file
    #[arg(long, value_name = "PRESET|FILE")]
    pub(crate) network: Option<PathBuf>,
    /// Form of the log
    #[arg(long, value_enum, default_value_t = LogFormat::Human, value_name = "FORMAT")]
    pub(crate) log: LogFormat,
    /// Open this page instead of the first: a route, with a query if need be
    #[arg(long, value_name = "ROUTE[?QUERY]")]
    pub(crate) page: Option<String>,
    /// Keep the app's files and storage in this folder, apart by app ID, for the next run
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Run for this long, then end, whatever is pending
    #[arg(long = "for", value_name = "SPAN", value_parser = parse_span)]
    pub(crate) run_for: Option<Duration>,
    /// Hide, show, pin or destroy the app at moments after its launch: "2s hide, 9s show"
    #[arg(long, value_name = "SCHEDULE")]
    pub(crate) life: Option<Schedule>,
    /// Give up after this long with exit code 1 if something is still pending
    #[arg(long, value_name = "SPAN", value_parser = parse_span, default_value = "5m")]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) har: HarArgs,
    /// Give the smallest domain lists for what was called, redirects and refused calls included: in this file (JSON in
    /// the shape of the platform's API if its name ends so, otherwise TOML), or on standard output
    #[arg(long, num_args = 0..=1, value_name = "FILE")]
    pub(crate) learn: Option<Option<PathBuf>>,
    #[command(flatten)]
    pub(crate) calls: Calls,
    /// Print the data of the page at the end as JSON, and nothing else on standard output; the log goes to standard error
    #[arg(long)]
    pub(crate) print_data: bool,
}

/// Recording and replaying.
#[derive(Debug, Args)]
pub(crate) struct HarArgs {
    /// Write what goes over the wire to this HAR file when the run ends, secrets masked
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Write secrets down as they are
    #[arg(long, requires = "record")]
    pub(crate) record_secrets: bool,
    /// Play the network from this HAR file; what it doesn't have fails
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    /// When replayed answers come
    #[arg(long, value_enum, default_value_t = ReplaySpeed::Instant, value_name = "SPEED", requires = "replay")]
    pub(crate) replay_speed: ReplaySpeed,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// The project's folder: the one with project.config.json or app.json
    pub(crate) dir: PathBuf,
    /// Run these files only; otherwise all files *.test.js and *.test.ts of the project
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    /// Run only tests whose `file > name` holds this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Reporter::Human, value_name = "FORMAT")]
    pub(crate) reporter: Reporter,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Give a test up after this long in real time
    #[arg(long, value_name = "SPAN", value_parser = parse_span, default_value = "10s")]
    pub(crate) timeout: Duration,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Reporter {
    /// A line a test, for people
    Human,
    /// Test Anything Protocol, version 14
    Tap,
    /// JUnit's XML
    Junit,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The URL as the app would write it
    pub(crate) url: String,
    /// The interface that would be called: request, uploadFile, downloadFile or connectSocket
    #[arg(long, short, value_name = "INTERFACE", default_value = "request")]
    pub(crate) interface: Interface,
    /// The project's folder whose lists and settings hold
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = LogFormat::Human, value_name = "FORMAT")]
    pub(crate) log: LogFormat,
}

/// What the app may do.
#[derive(Debug, Args)]
pub(crate) struct TermsArgs {
    /// Run as: devtools, develop, trial, review or a release number
    #[arg(long, value_name = "RELEASE", default_value = "devtools")]
    pub(crate) release: Release,
    /// Era and platform of the rules: guide or current, android, ios or devtools, or both as `current/ios`
    #[arg(long, value_name = "PROFILE", value_parser = parse_profile)]
    pub(crate) profile: Option<ProfileArg>,
    /// Domain lists, as JSON: by interface, or in the shape of the platform's API
    #[arg(long, value_name = "FILE")]
    pub(crate) domains: Option<PathBuf>,
    /// Take the domain lists from this console, and follow them: https://host, or http on this machine
    #[arg(long, value_name = "URL", conflicts_with = "domains", value_parser = console::whole_url)]
    pub(crate) console: Option<Url>,
    /// The thumbprint of a key of the console; without it, whatever keys it shows first are trusted from then on
    #[arg(long, value_name = "THUMBPRINT")]
    pub(crate) console_key: Option<Thumbprint>,
    /// Keep the lists and keys of consoles in this folder [default: minigate/lists in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) console_cache: Option<PathBuf>,
    /// Don't check domains and certificates, as with debugging on; a release checks all the same
    #[arg(long)]
    pub(crate) skip_check: bool,
}

/// Whom to trust and where to go.
#[derive(Debug, Args)]
pub(crate) struct TrustArgs {
    /// Trust the certificates of this PEM file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// Trust nothing but the certificates of this PEM file
    #[arg(long, value_name = "FILE", conflicts_with = "ca")]
    pub(crate) only_ca: Option<PathBuf>,
    /// Connect to this address instead of the name's own, as curl does; `*` is any host or port
    #[arg(long, value_name = "HOST:PORT:ADDR[:PORT]")]
    pub(crate) resolve: Vec<Override>,
}

/// The two parts of a profile, each optional.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct ProfileArg {
    pub(crate) era: Option<Era>,
    pub(crate) platform: Option<Platform>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ReplaySpeed {
    /// As soon as they are asked for
    Instant,
    /// After the time that the server took
    Recorded,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Human,
    /// One JSON object a line
    Json,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn parse_profile(text: &str) -> Result<ProfileArg, String> {
    let mut profile = ProfileArg::default();
    for part in text.split('/') {
        match (part.parse::<Era>(), part.parse::<Platform>()) {
            (Ok(era), _) if profile.era.is_none() => profile.era = Some(era),
            (_, Ok(platform)) if profile.platform.is_none() => profile.platform = Some(platform),
            _ => {
                return Err(
                    "use guide or current, android, ios or devtools, or both as current/ios".to_owned(),
                );
            }
        }
    }
    Ok(profile)
}

fn parse_span(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}; write 500ms, 10s or 2m"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_profile_is_an_era_a_platform_or_both() {
        let parsed = parse_profile("current/ios").unwrap();

        assert_eq!(
            parsed,
            ProfileArg {
                era: Some(Era::Current),
                platform: Some(Platform::Ios)
            }
        );
        assert_eq!(parse_profile("ios").unwrap().era, None);
        assert!(parse_profile("ios/android").is_err());
        assert!(parse_profile("windows").is_err());
    }
}
