//! Conditions as a dialer meets them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::line::{Line, Record};
use super::transport::{Stream, Wiring};
use crate::conditions::{Conditions, Cut, Fault, Network, Outlook};
use crate::journal::track::Track;
use crate::{Breach, Clock, Disconnection, Failure, ResolveError};

/// The conditions of all that a dialer opens.
pub(crate) struct Weather {
    conditions: Conditions,
    clock: Clock,
}

/// The conditions of one attempt to get through to a host; `None` where they are ideal.
pub(super) struct Attempt<'a>(Option<Rough<'a>>);

struct Rough<'a> {
    host: &'a str,
    outlook: Outlook,
    clock: &'a Clock,
    track: &'a Track,
}

impl Weather {
    pub(crate) const fn new(conditions: Conditions, clock: Clock) -> Self {
        Self { conditions, clock }
    }

    /// Begins to dial, unless there is no network at all.
    pub(super) fn attempt<'a>(&'a self, host: &'a str, track: &'a Track) -> Result<Attempt<'a>, Failure> {
        let rough = self.conditions.outlook().map(|outlook| Rough {
            host,
            outlook,
            clock: &self.clock,
            track,
        });
        let is_offline = rough.as_ref().is_some_and(|rough| rough.network().is_offline());
        if is_offline {
            return Err(Failure::Disconnected {
                host: host.to_owned(),
                how: Disconnection::Offline,
            });
        }
        Ok(Attempt(rough))
    }
}

impl Attempt<'_> {
    /// Dials, unless the network goes away meanwhile.
    pub(super) async fn survive<T>(
        &self,
        dialling: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let Some(rough) = &self.0 else {
            return dialling.await;
        };
        tokio::select! {
            biased;
            cut = rough.outlook.cut() => Err(cut_off(rough.host, cut)),
            dialled = dialling => dialled,
        }
    }

    /// What a look-up has to go through before it can be made.
    pub(super) async fn look_up(&self) -> Result<(), ResolveError> {
        match &self.0 {
            Some(rough) => rough.look_up().await,
            None => Ok(()),
        }
    }

    /// What a connect has to go through before it can be made.
    pub(super) async fn connect(&self) -> io::Result<()> {
        match &self.0 {
            Some(rough) => rough.connect().await,
            None => Ok(()),
        }
    }

    /// The stream as the conditions leave it.
    pub(super) fn line(&self, stream: Wiring) -> (Wiring, Option<Arc<Record>>) {
        let Some(rough) = &self.0 else {
            return (stream, None);
        };
        let far: Box<dyn Stream> = match stream {
            Wiring::Host(stream) => stream,
            stream => Box::new(stream),
        };
        let line = Line::new(far, rough.outlook.clone(), rough.clock);
        let record = line.record();
        (Wiring::Line(line), Some(record))
    }

    /// After how many bytes the host's answers break off, and how.
    pub(super) fn rupture(&self) -> Option<Rupture> {
        let rough = self.0.as_ref()?;
        rough.network().fault(rough.host, |fault| match fault {
            Fault::ResetAfter(bytes) => Some(Rupture {
                after: *bytes,
                error: Some(io::ErrorKind::ConnectionReset),
            }),
            Fault::CloseAfter(bytes) => Some(Rupture {
                after: *bytes,
                error: None,
            }),
            _ => None,
        })
    }
}

/// Where an answer breaks off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rupture {
    /// Bytes that still come.
    pub(super) after: u64,
    /// With this error, or else as if the other end had closed.
    pub(super) error: Option<io::ErrorKind>,
}

impl Rough<'_> {
    fn network(&self) -> Arc<Network> {
        self.outlook.network()
    }

    async fn look_up(&self) -> Result<(), ResolveError> {
        let network = self.network();
        let slow = network.fault(self.host, |fault| match fault {
            Fault::SlowLookup(span) => Some(*span),
            _ => None,
        });
        let (travel, lost) = self.outlook.bottleneck().round_trip(&network, LOOK_UP_REPEATED);
        self.track.lose(lost);
        self.pass(travel.saturating_add(slow.unwrap_or_default())).await;
        self.outlook.unsilenced().await;
        let is_unknown = network.fault(self.host, |fault| (*fault == Fault::NoAddress).then_some(()));
        match is_unknown {
            Some(()) => Err(ResolveError::Failed {
                host: self.host.to_owned(),
                reason: "the network conditions say so".to_owned(),
            }),
            None => Ok(()),
        }
    }

    async fn connect(&self) -> io::Result<()> {
        let network = self.network();
        let through = async {
            let (travel, lost) = self.outlook.bottleneck().round_trip(&network, CONNECT_REPEATED);
            self.track.lose(lost);
            self.pass(travel).await;
            self.outlook.unsilenced().await;
            match network.fault(self.host, refusal) {
                Some(Some(kind)) => Err(kind.into()),
                Some(None) => std::future::pending().await,
                None => Ok(()),
            }
        };
        tokio::select! {
            biased;
            through = through => through,
            () = self.pass(network.connect_timeout) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    async fn pass(&self, span: Duration) {
        match self.clock.now().checked_add(span) {
            Some(_) if span.is_zero() => {}
            Some(then) => self.clock.sleep_until(then).await,
            // Beyond the clock's range.
            None => std::future::pending().await,
        }
    }
}

/// How a host doesn't take a connection: with an error, or never.
const fn refusal(fault: &Fault) -> Option<Option<io::ErrorKind>> {
    match fault {
        Fault::Refused => Some(Some(io::ErrorKind::ConnectionRefused)),
        Fault::Unreachable => Some(Some(io::ErrorKind::HostUnreachable)),
        Fault::NeverConnects => Some(None),
        _ => None,
    }
}

/// What a call ends with whose network went away under it; anything else stays what it is.
pub(crate) fn explain(record: Option<&Record>, host: &str, failure: Failure) -> Failure {
    match record.and_then(Record::cut) {
        Some(cut) => cut_off(host, cut),
        None => failure,
    }
}

fn cut_off(host: &str, cut: Cut) -> Failure {
    let host = host.to_owned();
    match cut {
        Cut::Lost => Failure::Disconnected {
            host,
            how: Disconnection::Lost,
        },
        Cut::Switched => Failure::Disconnected {
            host,
            how: Disconnection::Switched,
        },
        Cut::Reset => Failure::Broken {
            host,
            breach: Breach::Reset,
        },
    }
}

/// As the resolver of glibc waits.
const LOOK_UP_REPEATED: Duration = Duration::from_secs(5);
/// RFC 6298 §2.1: as long as the round trip isn't known.
const CONNECT_REPEATED: Duration = Duration::from_secs(1);
