//! The kit, tried with a plain client over real sockets and TLS.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod client;
mod hostile;
mod lab;
mod leaf;
mod server;
