//! A run that is recorded and played again: the same log, apart from times.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what can't be set up fails the test"
)]

mod endings;
mod examples;
mod network;
mod others;
mod runs;
mod sockets;
