//! Signals that ask the process to end.

use std::fmt;
use std::future::pending;
use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for what asks the process to end; from then on it doesn't do so by itself.
pub(crate) struct Signals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    hang_up: Option<Signal>,
}

/// Listens for what asks for something to be done now, which else ends the process.
pub(crate) struct Nudges(Option<Signal>);

impl Nudges {
    /// Begins to listen for SIGUSR1, on a tokio runtime.
    pub(crate) fn listen() -> Self {
        Self(signal(SignalKind::user_defined1()).ok())
    }

    /// Begins to listen for SIGHUP, by which services are asked to read their files again.
    pub(crate) fn of_hang_ups() -> Self {
        Self(signal(SignalKind::hangup()).ok())
    }

    /// Waits for the next; several that come meanwhile are one. Dropping the future loses none.
    pub(crate) async fn next(&mut self) {
        came(&mut self.0).await;
    }
}

/// A signal that came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Ended(SignalKind);

impl Signals {
    /// Begins to listen, on a tokio runtime.
    pub(crate) fn listen() -> Self {
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
            // Whoever starts a program with `nohup` doesn't want it to end then.
            hang_up: (!is_hang_up_ignored())
                .then(|| signal(SignalKind::hangup()).ok())
                .flatten(),
        }
    }

    /// Begins to listen, for a service: a terminal that goes away doesn't end it.
    pub(crate) fn of_a_service() -> Self {
        Self {
            hang_up: None,
            ..Self::listen()
        }
    }

    /// Waits for the first. Dropping the future loses none.
    pub(crate) async fn next(&mut self) -> Ended {
        tokio::select! {
            () = came(&mut self.interrupt) => Ended(SignalKind::interrupt()),
            () = came(&mut self.terminate) => Ended(SignalKind::terminate()),
            () = came(&mut self.hang_up) => Ended(SignalKind::hangup()),
        }
    }
}

impl Ended {
    /// Whether it is the one by which managers of services end them.
    pub(crate) fn is_of_a_manager(self) -> bool {
        self.0 == SignalKind::terminate()
    }

    /// As shells have it: 128 and the number of the signal.
    pub(crate) fn code(self) -> ExitCode {
        let number = u8::try_from(self.0.as_raw_value()).unwrap_or_default();
        ExitCode::from(128_u8.wrapping_add(number))
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (SignalKind::interrupt(), "SIGINT"),
            (SignalKind::terminate(), "SIGTERM"),
            (SignalKind::hangup(), "SIGHUP"),
        ];
        match names.iter().find(|(kind, _)| *kind == self.0) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "signal {}", self.0.as_raw_value()),
        }
    }
}

async fn came(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => pending().await,
    }
}

/// Linux tells it; elsewhere nobody knows.
fn is_hang_up_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = SignalKind::hangup().as_raw_value() - 1;
    mask.is_some_and(|mask| mask >> bit & 1 == 1)
}
