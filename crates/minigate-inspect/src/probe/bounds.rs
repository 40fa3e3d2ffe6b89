//! How much a probe may cost.

use std::time::Duration;

/// How long a probe waits, how much it reads and how often it asks.
///
/// One address costs at most `connections` sockets and a few hundred kilobytes at a time. It takes `whole` at most. What a
/// server leaves unanswered is asked again, one connection at a time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// For a connection to come about. 5 s.
    pub connect: Duration,
    /// For the answer to one hello, or for one whole handshake with the request behind it. 10 s.
    pub handshake: Duration,
    /// For everything that one address is asked. What isn't known by then stays unknown. 60 s.
    pub whole: Duration,
    /// The connections to one address at a time. 6.
    pub connections: usize,
    /// The addresses of a name that are asked at a time. 8.
    pub addresses: usize,
    /// What is read of one answer, in bytes. 256 KiB; the longest honest chains have 20 KiB.
    pub bytes: usize,
    /// How many suites, and how many groups, are listed for each version; each costs a connection. 48. With none, only the
    /// server's choice is known.
    pub listed: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            handshake: Duration::from_secs(10),
            whole: Duration::from_secs(60),
            connections: 6,
            addresses: 8,
            bytes: 256 << 10,
            listed: 48,
        }
    }
}
