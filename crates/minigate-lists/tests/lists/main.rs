//! A follower and a console, with real sockets between them.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what can't be set up fails the test"
)]

mod console;
mod follow;
mod signed;
mod trust;
