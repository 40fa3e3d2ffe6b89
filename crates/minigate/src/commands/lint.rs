//! `minigate lint DIR`.

use std::process::ExitCode;

use anyhow::{Context, anyhow};
use minigate_js::Project;
use minigate_lint::{Report, lint as judge};
use minigate_policy::{Call, Needed, Policy};

use super::write;
use crate::args::LintArgs;
use crate::output::findings::{Descriptor, Found, Tally, junit, sarif};
use crate::output::{Lists, Printer};
use crate::settings::Linting;
use crate::words;

/// Judges an app's source, without running it.
pub(crate) fn lint(args: &LintArgs, printer: &Printer) -> anyhow::Result<ExitCode> {
    let lang = printer.lang;
    let cant_look = || words::cant_read(&args.dir, lang);
    let project =
        Project::open(&args.dir).map_err(|error| anyhow!("{}: {}", cant_look(), error.tell(lang)))?;
    let linting = Linting::load(&args.dir, args.profile, args.domains.as_deref(), &project, lang)?;
    let report = judge(&project, &linting.terms).with_context(cant_look)?;
    let lists = lists(&report, &linting.policy);
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|finding| Found::of(finding, lang))
        .collect();
    if let Some(path) = &args.sarif {
        write(path, &sarif(&found, &Descriptor::all_of_lint(), &[])?, lang)?;
    }
    if let Some(path) = &args.junit {
        write(path, &junit(&found)?, lang)?;
    }
    let is_bad = match args.fix_lists {
        Some(format) => {
            printer.text(&lists.told(format, report.unknown + report.hidden, lang)?);
            lists.miss_something()
        }
        None => {
            printer.findings(&found, &Tally::of(&report), &lists);
            report.worst() >= Some(args.fail_on.least())
        }
    };
    Ok(if is_bad {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// What the app's calls need, as far as their URLs can be told.
fn lists(report: &Report, policy: &Policy) -> Lists {
    let mut needed = Needed::default();
    for (interface, url) in &report.called {
        needed.note(&policy.explain(&Call::new(*interface, url.as_str())));
    }
    Lists::of(&needed, policy.lists())
}
