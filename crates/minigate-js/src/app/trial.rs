//! An app under test: a test file runs in it, and asks for what only its host can do.

use rquickjs::IntoJs;
use serde_json::Value;

use super::{App, Setup, StartError, nothing};
use crate::Limit;

/// Something that a test asks of whoever runs it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ask {
    /// Which question, for [`App::answer`].
    pub id: u64,
    /// What is to be done: `advance`, `hide`, `ended` …
    pub name: String,
    /// With what, as JSON.
    pub detail: String,
}

/// # Under test
///
/// Nothing of the app runs by itself: [`load_tests`](Self::load_tests) runs the test file, which says `defined` or
/// `broken`; [`begin_test`](Self::begin_test) begins a test, which says `ended`. Between them the test asks for what its
/// host has to do, the launch of the app included. Whoever runs the app gets [`End::Asked`](super::End::Asked) then.
impl App {
    /// Sets an app up to be tested by a file of its project. No other module sees `minigate:test`.
    ///
    /// # Errors
    ///
    /// Where its JavaScript can't be set up.
    pub fn under_test(setup: Setup, file: &str) -> Result<Self, StartError> {
        Self::with(setup, Some(file))
    }

    /// Runs a test file.
    ///
    /// # Errors
    ///
    /// The limit that ended the app.
    pub fn load_tests(&mut self, file: &str) -> Result<(), Limit> {
        self.turn("tests", 0, |ctx| file.into_js(ctx), nothing)
    }

    /// Begins a test of the file, by its place among them.
    ///
    /// # Errors
    ///
    /// The limit that ended the app.
    pub fn begin_test(&mut self, index: usize) -> Result<(), Limit> {
        self.turn("test", index as u64, nothing, nothing)
    }

    /// Takes the next question.
    #[must_use]
    pub fn next_ask(&mut self) -> Option<Ask> {
        self.host.next_ask()
    }

    /// Answers a question: with a value, or with the text of a refusal. A suspended app hears it, too.
    ///
    /// # Errors
    ///
    /// The limit that ended the app.
    pub fn answer(&mut self, ask: u64, answer: &Result<Value, String>) -> Result<(), Limit> {
        match answer {
            Ok(value) => self.turn("answer", ask, |ctx| value.to_string().into_js(ctx), nothing),
            Err(refusal) => self.turn("answer", ask, nothing, |ctx| refusal.as_str().into_js(ctx)),
        }
    }

    /// When something of it is due by its clock: a timer, or a turn in its life.
    #[must_use]
    pub fn next_due(&self) -> Option<tokio::time::Instant> {
        let timer = self.next_moment(self.host.clock.now());
        [timer, self.turning_point()].into_iter().flatten().min()
    }
}
