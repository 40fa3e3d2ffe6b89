//! What is found out about the laboratory's servers, and about hostile ones.
#![expect(clippy::print_stderr, reason = "a test that is left out says so")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod agreement;
mod application;
mod check;
mod crowded;
mod cure;
mod economy;
mod hostile;
mod laboratory;
mod matrix;
mod oracle;
mod presented;
mod sslyze;
mod told;
mod watched;
