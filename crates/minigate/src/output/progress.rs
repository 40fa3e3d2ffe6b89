//! A line on a terminal that says how much is under way.

use std::sync::OnceLock;
use std::time::Duration;

use indicatif::ProgressBar;

/// Drawn on stderr, and only where that is a terminal.
#[derive(Default)]
pub(super) struct Progress(OnceLock<ProgressBar>);

impl Progress {
    pub(super) fn begin(&self) {
        // A spinner has no length to draw a bar of.
        let bar = ProgressBar::new_spinner();
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
            // A second beginning changes nothing.
            let _ = self.0.set(bar);
        }
    }

    pub(super) fn say(&self, text: String) {
        if let Some(bar) = self.0.get() {
            bar.set_message(text);
        }
    }

    /// Does something that the line must not be in the way of.
    pub(super) fn aside(&self, act: impl FnOnce()) {
        match self.0.get() {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}

const TICK: Duration = Duration::from_millis(100);
