//! The console's pages in a real browser, and what they do to an app that runs.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that is left out says so; what can't be set up fails the test"
)]

mod console;
mod pages;
mod running;
mod service;
mod walk;
mod window;
