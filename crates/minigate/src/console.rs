//! The lists of a console, for a command: what they come to, and what is said of them.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::anyhow;
use jiff::Timestamp;
use minigate_js::Standing;
use minigate_lists::{Follower, State};
use minigate_policy::{Debugging, Policy};
use tokio::time::{Instant, sleep_until};
use url::Url;

use crate::output::Printer;
use crate::settings::{FromConsole, Settings};
use crate::words;

/// Follows a console, and makes policies of what it says.
pub(crate) struct Console {
    url: Url,
    follower: Follower,
    base: Policy,
    skip: Option<Debugging>,
    printer: Arc<Printer>,
    began: Timestamp,
    told: Told,
}

/// What was said already.
#[derive(Default)]
struct Told {
    sequence: Option<u64>,
    is_away: bool,
    is_trusted: bool,
    is_unkept: bool,
    is_unused: bool,
    may_skip: Option<bool>,
}

impl Console {
    /// Asks the console of the settings once, where there is one, and lets its lists hold in them.
    pub(crate) async fn start(
        settings: &mut Settings,
        printer: &Arc<Printer>,
    ) -> anyhow::Result<Option<Self>> {
        let Some(FromConsole { setup, skip }) = settings.console.take() else {
            return Ok(None);
        };
        let began = Timestamp::now();
        let url = setup.console().clone();
        let follower = Follower::start(setup).await;
        let follower = follower.map_err(|error| anyhow!(words::console::no_console(&error, printer.lang)))?;
        let mut console = Self {
            url,
            follower,
            base: settings.policy.clone(),
            skip,
            printer: Arc::clone(printer),
            began,
            told: Told::default(),
        };
        settings.policy = console.policy();
        Ok(Some(console))
    }

    /// Its address.
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// Lets each change of a console, where there is one, hold for the calls to come; it has no end of its own.
    pub(crate) async fn follow(console: Option<Self>, standing: Standing) -> Infallible {
        let Some(mut console) = console else {
            return std::future::pending().await;
        };
        loop {
            let end = console.next_end();
            tokio::select! {
                () = console.follower.changed() => {}
                () = sleep_until(end) => {}
            }
            standing.exchange(console.policy());
        }
    }

    /// The policy under what the console says now, of which people are told what is new to them.
    fn policy(&mut self) -> Policy {
        let state = self.follower.state();
        let now = Timestamp::now();
        let may_skip = state
            .held
            .as_ref()
            .is_some_and(|held| held.published.may_skip(self.base.release(), now));
        self.tell(&state, may_skip, now);
        let lists = state.lists_for(self.base.profile(), now);
        let policy = self.base.clone().with_lists(lists);
        match self.skip.filter(|_| may_skip) {
            Some(debugging) => policy.with_check_skipped(debugging),
            None => policy,
        }
    }

    fn tell(&mut self, state: &State, may_skip: bool, now: Timestamp) {
        self.tell_trust(state);
        self.tell_problem(state);
        self.tell_version(state, now);
        if self.skip.is_some() && state.held.is_some() && self.told.may_skip != Some(may_skip) {
            self.told.may_skip = Some(may_skip);
            if !may_skip {
                let text = words::console::no_leave_to_skip(state.console(), self.printer.lang);
                self.printer.warn(&text);
            }
        }
    }

    fn tell_trust(&mut self, state: &State) {
        let Some(trusted) = state.trusted.as_ref().filter(|_| !self.told.is_trusted) else {
            return;
        };
        self.told.is_trusted = true;
        if trusted.given.is_none() && trusted.since >= self.began {
            let keys: Vec<_> = trusted.keys.iter().map(ToString::to_string).collect();
            let text = words::console::trusted_first(state.console(), &keys.join(", "), self.printer.lang);
            self.printer.list_news(&text);
        }
    }

    /// Once, and once again when it is over.
    fn tell_problem(&mut self, state: &State) {
        let lang = self.printer.lang;
        if let Some(problem) = state.unkept.as_ref().filter(|_| !self.told.is_unkept) {
            self.told.is_unkept = true;
            self.printer.warn(&problem.tell(lang));
        }
        if let Some(problem) = state.unused.as_ref().filter(|_| !self.told.is_unused) {
            self.told.is_unused = true;
            self.printer.warn(&problem.tell(lang));
        }
        match &state.problem {
            Some(problem) if !self.told.is_away => {
                self.told.is_away = true;
                let text =
                    words::console::console_trouble(state.console(), problem, state.held.is_some(), lang);
                self.printer.warn(&text);
            }
            None if self.told.is_away => {
                self.told.is_away = false;
                self.printer
                    .list_news(&words::console::console_back(state.console(), lang));
            }
            _ => {}
        }
    }

    fn tell_version(&mut self, state: &State, now: Timestamp) {
        let Some(held) = &state.held else { return };
        let sequence = Some(held.published.sequence);
        if self.told.sequence == sequence {
            return;
        }
        self.told.sequence = sequence;
        let name = format!("{} · {}", held.published.version, state.console());
        let text = words::console::list_version(&name, held.fetched_at, now, self.printer.lang);
        self.printer.list_news(&text);
    }

    /// When a block or a leave to skip ends by itself; a century where none does.
    fn next_end(&mut self) -> Instant {
        let now = Timestamp::now();
        let held = self.follower.state().held;
        let end = held.and_then(|held| held.published.next_end(now));
        let span = end.and_then(|end| end.duration_since(now).try_into().ok());
        Instant::now() + span.unwrap_or(LONGEST).min(LONGEST)
    }
}

/// A year, after which it is looked at again.
const LONGEST: std::time::Duration = std::time::Duration::from_hours(365 * 24);
