//! Checks again and again, and tells what changes.

mod backlog;
mod file;
mod outlets;
mod schedule;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures_util::{StreamExt, stream};
use minigate_inspect::check::{Checker, Report, Watched};
use minigate_tls::Roots;

use super::check_one;
use super::plan::Plan;
use crate::args::CheckArgs;
use crate::output::Printer;
use crate::output::check::change_json;
use crate::signals::{Nudges, Signals};
use outlets::Outlets;
use schedule::Schedule;

/// A watch over the servers of a plan, until a signal ends it.
pub(super) struct Watch<'a> {
    args: &'a CheckArgs,
    plan: &'a Plan,
    checker: Arc<Checker>,
    roots: Roots,
    printer: &'a Arc<Printer>,
    /// What is known of each server, in the plan's order; none until it has been looked at.
    watched: Vec<Option<Watched>>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        args: &'a CheckArgs,
        plan: &'a Plan,
        checker: Arc<Checker>,
        roots: Roots,
        printer: &'a Arc<Printer>,
    ) -> Self {
        Self {
            args,
            watched: vec![None; plan.items.len()],
            plan,
            checker,
            roots,
            printer,
        }
    }

    /// Checks all servers on a schedule; what couldn't be handed on when a signal comes is tried once more, and then told.
    pub(super) async fn keep(mut self, span: Duration) -> anyhow::Result<()> {
        let (mut signals, mut nudges) = (Signals::listen(), Nudges::listen());
        let mut outlets = Outlets::open(self.args, &self.roots, self.printer)?;
        self.printer.begin_progress();
        tokio::select! {
            never = Schedule::every(span).repeat(
                async || nudges.next().await,
                async || self.round(&mut outlets).await,
            ) => match never {},
            _ = signals.next() => {}
        }
        self.printer.end_progress();
        // A second signal is for those who can't wait.
        tokio::select! {
            () = outlets.settle() => {}
            _ = signals.next() => {}
        }
        outlets.tell_rest();
        Ok(())
    }

    async fn round(&mut self, outlets: &mut Outlets) {
        outlets.try_again();
        let items = self.plan.items.iter().enumerate();
        let checks: Vec<_> = items
            .map(|(place, item)| {
                let check = check_one(item.clone(), Arc::clone(&self.checker));
                async move { (place, check.await) }
            })
            .collect();
        let all = checks.len();
        let mut reports = stream::iter(checks).buffer_unordered(self.args.jobs.into());
        let mut done = 0;
        self.printer.set_checked(done, all);
        while let Some((place, report)) = reports.next().await {
            done += 1;
            self.printer.set_checked(done, all);
            match report.context("tokio") {
                Ok(report) => self.note(place, &report, outlets),
                Err(error) => self.printer.error(&error),
            }
        }
        self.printer.set_watching(all);
    }

    /// Tells the state of a server the first time, and what has changed from then on.
    fn note(&mut self, place: usize, report: &Report, outlets: &mut Outlets) {
        let Some(watched) = self.watched.get_mut(place) else {
            return;
        };
        if watched.is_none() {
            self.printer.checked(report, self.args.verbose);
        }
        for change in watched.get_or_insert_default().note(report) {
            let json = change_json(&change, self.printer.lang);
            self.printer.changed(&change, &report.interfaces, &json);
            outlets.take(&json);
        }
    }
}
