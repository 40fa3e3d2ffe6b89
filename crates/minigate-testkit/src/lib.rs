//! Scripted servers, a throw-away authority and a fake resolver, for tests only.
//!
//! ```text
//! Authority ─► Leaf, of any shape ─► ScriptedServer ◄── Script: what it does, step by step
//!                                          └─► Record: what it received
//! Lab ─► LabServer, one for each fault of a server
//! ```
//! Sockets and TLS are real, on loopback. Nothing sleeps: a script waits for a [`Signal`], for its peer, or for tokio's
//! clock, which a test can stop. What goes wrong in the kit itself panics, as an assertion does.
#![expect(
    clippy::expect_used,
    reason = "for tests only: what can't be set up fails the test"
)]

mod answer;
mod frame;
pub mod hostile;
pub mod lab;
mod leaf;
mod polite;
mod resolver;
mod script;
mod server;
mod signal;

pub use answer::answer;
pub use frame::{Frame, close_frame, frame};
pub use leaf::Leaf;
pub use minigate_origin::{Asked, Authority, Goodbye, Origin, Reply, Respond, Said, Talk, TalkReply};
pub use polite::{Polite, polite};
pub use resolver::FakeResolver;
pub use script::{Script, Steps};
pub use server::{Received, Record, ScriptedServer};
pub use signal::{Pace, Signal};
