//! What is found out about the laboratory's servers.
#![expect(clippy::unwrap_used, reason = "a test that fails")]

mod laboratory;
mod presented;
mod told;
