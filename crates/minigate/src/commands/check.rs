//! `minigate check TARGET…`.

mod plan;
mod watch;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use minigate_engine::SystemResolver;
use minigate_inspect::check::{Checker, Network, Report};
use minigate_inspect::matrix::Matrix;
use minigate_inspect::probe::Bounds;
use minigate_policy::diagnosis::{Lang, Severity};

use tokio::task::JoinError;

use super::trusted::Trusted;
use super::write;
use crate::args::CheckArgs;
use crate::output::Printer;
use crate::output::check::{html, junit, sarif};
use crate::words;
use plan::{Item, Plan};
use watch::Watch;

/// Checks servers, many at a time.
pub(crate) fn check(args: &CheckArgs, printer: &Arc<Printer>) -> anyhow::Result<ExitCode> {
    let plan = Plan::load(args, printer.lang)?;
    if args.full_chain.is_some() && plan.items.len() != 1 {
        return Err(anyhow!(words::check::one_target_only(
            "--full-chain",
            plan.items.len(),
            printer.lang
        )));
    }
    let trusted = Trusted::load(&args.ca, printer.lang)?;
    let roots = trusted.roots.clone();
    let checker = Arc::new(checker(args, trusted, printer.lang)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("tokio")?;
    if let Some(span) = args.watch {
        let watch = Watch::new(args, &plan, checker, roots, printer);
        let ended = runtime.block_on(watch.keep(span));
        // A check that is under way may wait for a resolver that can't be called off.
        runtime.shutdown_background();
        return ended.map(|()| ExitCode::SUCCESS);
    }
    let outcome = runtime.block_on(carry_out(&plan, &checker, args, printer))?;
    Ok(outcome.exit_code(args.fail_on.least()))
}

fn checker(args: &CheckArgs, trusted: Trusted, lang: Lang) -> anyhow::Result<Checker> {
    let matrix = Matrix::new(trusted.beside).map_err(|error| anyhow!(error.tell(lang)))?;
    let network = Network {
        resolver: Arc::new(SystemResolver),
        overrides: args.resolve.clone(),
        bounds: Bounds {
            whole: args.timeout,
            ..Bounds::default()
        },
        roots: trusted.roots,
        fetches: !args.no_fetch,
    };
    Ok(Checker::new(network, matrix))
}

async fn carry_out(
    plan: &Plan,
    checker: &Arc<Checker>,
    args: &CheckArgs,
    printer: &Printer,
) -> anyhow::Result<Outcome> {
    let is_whole = args.verbose || plan.items.len() == 1;
    let mut outcome = Outcome::default();
    printer.begin_progress();
    let checks = plan
        .items
        .iter()
        .map(|item| check_one(item.clone(), Arc::clone(checker)));
    let mut reports = stream::iter(checks).buffered(args.jobs.into());
    let is_kept = args.html.is_some() || args.sarif.is_some() || args.junit.is_some();
    let (mut done, mut kept) = (0, Vec::new());
    printer.set_checked(done, plan.items.len());
    while let Some(report) = reports.next().await {
        let report = report.context("tokio")?;
        done += 1;
        printer.set_checked(done, plan.items.len());
        printer.checked(&report, is_whole);
        outcome.note(&report);
        if let Some(path) = &args.full_chain {
            write_chain(path, &report, printer.lang)?;
        }
        if is_kept {
            kept.push(report);
        }
    }
    printer.end_progress();
    write_files(args, &kept, printer.lang)?;
    Ok(outcome)
}

fn write_files(args: &CheckArgs, reports: &[Report], lang: Lang) -> anyhow::Result<()> {
    if let Some(path) = &args.html {
        write(path, &html(reports, lang), lang)?;
    }
    if let Some(path) = &args.sarif {
        write(path, &sarif(reports, lang)?, lang)?;
    }
    if let Some(path) = &args.junit {
        write(path, &junit(reports, lang)?, lang)?;
    }
    Ok(())
}

/// Begins when it is first polled, on any thread: to judge takes as long as to ask.
async fn check_one(item: Item, checker: Arc<Checker>) -> Result<Report, JoinError> {
    let check = async move { checker.check(&item.subject, &item.terms, Timestamp::now()).await };
    tokio::spawn(check).await
}

/// The ready chain of the first address that should send another one, or else of the first that has one.
fn write_chain(path: &Path, report: &Report, lang: Lang) -> anyhow::Result<()> {
    let chain = report
        .full_chain()
        .ok_or_else(|| anyhow!(words::check::no_full_chain(&report.target, lang)))?;
    write(path, chain, lang)
}

/// What the targets came to.
#[derive(Debug, Default)]
struct Outcome {
    worst: Option<Severity>,
    is_unseen: bool,
}

impl Outcome {
    fn note(&mut self, report: &Report) {
        self.worst = self.worst.max(report.worst());
        self.is_unseen |= report.unseen.is_some();
    }

    /// What couldn't be looked at may be worse than what was found.
    fn exit_code(&self, least: Severity) -> ExitCode {
        match self {
            Self { is_unseen: true, .. } => ExitCode::from(2),
            Self { worst, .. } if *worst >= Some(least) => ExitCode::from(1),
            _ => ExitCode::SUCCESS,
        }
    }
}
