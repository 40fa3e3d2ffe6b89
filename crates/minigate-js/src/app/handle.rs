//! The page that shows, from outside.

use rquickjs::IntoJs;
use tokio::time::Instant;

use super::{App, End, Idling, Stage, nothing};
use crate::{Limit, host::Told};

/// What came of calling a method of the page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Called {
    /// It returned, and what it promised is kept.
    Returned,
    /// It threw, or broke its promise; the observer knows why.
    Threw,
    /// It promised something, and that hasn't settled.
    Unsettled,
    /// The page has no such method; these it has.
    NoMethod(Vec<String>),
    /// There is no page.
    NoPage,
}

impl App {
    /// Calls a method of the page that shows, and lets the app run until the Promise that it gives has settled; without
    /// one until nothing but intervals and open sockets is left to wait for.
    ///
    /// It gets the event as its only argument.
    ///
    /// # Errors
    ///
    /// How the app ended meanwhile.
    pub async fn call_method(
        &mut self,
        name: &str,
        event: &serde_json::Value,
        deadline: Instant,
    ) -> Result<Called, End> {
        if self.stage() == Stage::Suspended {
            return Err(End::Suspended(self.pending().unwrap_or_default()));
        }
        let call = serde_json::json!({ "name": name, "event": event });
        let told = self.ask("method", &call.to_string()).map_err(End::Died)?;
        let (outcome, text) = told.map_or_else(Default::default, |told| (told.outcome, told.text));
        match outcome.as_str() {
            "returned" => self.quiet_down(deadline).await.map(|()| Called::Returned),
            "promised" => self.await_promise(deadline).await,
            "no-page" => Ok(Called::NoPage),
            "no-method" => Ok(Called::NoMethod(serde_json::from_str(&text).unwrap_or_default())),
            _ => Ok(Called::Threw),
        }
    }

    /// The data of the page that shows, as JSON of several lines; nothing where there is no page, or where it can't be
    /// written as JSON, which the observer knows.
    ///
    /// # Errors
    ///
    /// The limit that ended the app.
    pub fn page_data(&mut self) -> Result<Option<String>, Limit> {
        let told = self.ask("data", "")?;
        Ok(told.filter(|told| told.outcome == "data").map(|told| told.text))
    }

    /// Lets the app run until nothing but intervals and open sockets is left to wait for.
    pub async fn run_until_quiet(&mut self, deadline: Instant) -> End {
        self.run(deadline, Idling::Quiets).await
    }

    /// Whether what is left to wait for isn't worth it.
    pub(super) fn is_enough(&self, idling: Idling) -> bool {
        match idling {
            Idling::Quiets => self.is_quiet(),
            Idling::Awaits => self.host.told.borrow().is_some(),
            _ => false,
        }
    }

    fn is_quiet(&self) -> bool {
        let calls = self.host.calls.borrow().len() + self.held.len() + self.host.jobs.borrow().len();
        calls == 0 && !self.host.agenda.borrow().has_single()
    }

    async fn quiet_down(&mut self, deadline: Instant) -> Result<(), End> {
        match self.run_until_quiet(deadline).await {
            end @ (End::Died(_) | End::Destroyed(_)) => Err(end),
            _ => Ok(()),
        }
    }

    async fn await_promise(&mut self, deadline: Instant) -> Result<Called, End> {
        let end = self.run(deadline, Idling::Awaits).await;
        if let End::Died(_) | End::Destroyed(_) = end {
            return Err(end);
        }
        Ok(match self.host.told.take() {
            Some(told) if told.outcome == "returned" => Called::Returned,
            Some(_) => Called::Threw,
            None => Called::Unsettled,
        })
    }

    /// A turn that the prelude answers. A Promise that settles in the same turn is told as settled.
    fn ask(&self, event: &'static str, payload: &str) -> Result<Option<Told>, Limit> {
        self.host.told.take();
        self.turn(event, 0, |ctx| payload.into_js(ctx), nothing)?;
        Ok(self.host.told.take())
    }
}
