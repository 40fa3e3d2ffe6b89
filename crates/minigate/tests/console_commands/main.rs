//! `minigate console` on its command line: what is done beside serving, what is refused, and how serving ends.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what can't be set up fails the test"
)]

mod database;
mod desk;
mod flags;
mod full;
mod known;
mod log;
mod serving;
