//! The engine over real sockets and TLS, a module for each topic.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails as the test does"
)]

mod addresses;
mod background;
mod bodies;
mod certificates;
mod coding;
mod conditions;
mod domains;
mod downloads;
mod hostile;
mod http2;
mod lifetime;
mod pool;
mod records;
mod rehearsal;
mod requests;
mod responses;
mod slots;
mod socket_slots;
mod sockets;
mod support;
mod text;
mod timeouts;
mod traps;
mod uploads;
mod weakness;
