//! `minigate lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use minigate_policy::diagnosis::Severity;

use super::{ProfileArg, parse_profile};

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// The project's folder: the one with project.config.json or app.json
    pub(crate) dir: PathBuf,
    /// Era of the rules: guide or current; every platform is judged
    #[arg(long, value_name = "PROFILE", value_parser = parse_profile)]
    pub(crate) profile: Option<ProfileArg>,
    /// Domain lists, as JSON: by interface, or in the shape of the platform's API
    #[arg(long, value_name = "FILE")]
    pub(crate) domains: Option<PathBuf>,
    /// End with exit code 1 for findings that are at least this bad
    #[arg(long, value_enum, default_value_t = FailOn::Fail, value_name = "SEVERITY")]
    pub(crate) fail_on: FailOn,
    /// Print the report as JSON
    #[arg(long, conflicts_with = "fix_lists")]
    pub(crate) json: bool,
    /// Write the findings to this file, as SARIF 2.1.0
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Write the findings to this file, as JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Print the smallest domain lists with which the app's calls pass, instead of findings; exit code 1 if the
    /// configured ones miss something
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "toml", value_name = "FORMAT")]
    pub(crate) fix_lists: Option<ListFormat>,
}

/// How bad a finding must be to count.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FailOn {
    /// What may go wrong, too
    Warn,
    /// What goes wrong
    Fail,
}

impl FailOn {
    /// The least severity that counts.
    pub(crate) const fn least(self) -> Severity {
        match self {
            Self::Warn => Severity::Warn,
            Self::Fail => Severity::Fail,
        }
    }
}

/// In which form lists are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ListFormat {
    /// As `[domains]` of minigate.toml
    Toml,
    /// In the shape of the platform's API
    Json,
}
