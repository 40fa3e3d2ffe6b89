//! The verdict on each device; pure.
//!
//! ```text
//!  Facts, Device ─► reached ─► version, suite, group, kind of key ─► root ─► certificates ─► distrust ─► client certificate
//!                                   what it offers       (T7, T8)    (T2)    (T1, T3–T7)      (T9)
//! ```
//!
//! The steps are in the order in which a connection would fail, and the first that fails is the cause. Whether a chain is
//! accepted is decided by [`minigate_tls::Trust::judge`], with the roots of each version that a row stands for. A call
//! through minigate's own run time is one more row: [`runtime()`] goes the same way with what the TLS library offers.

mod agreement;
mod anchors;
mod case;
mod cause;
mod meeting;
mod runtime;
mod tell;

use jiff::Timestamp;
use minigate_policy::Interface;
use minigate_tls::RootsError;
use rustls::pki_types::CertificateDer;
use serde::{Deserialize, Serialize};

use crate::device::{Device, devices};
use crate::distrust::DistrustRule;
use crate::probe::{Facts, Version};
use agreement::{Client, Finding};
use anchors::Anchors;
use case::Case;
pub(crate) use case::meets_ats;
pub use cause::Cause;
use meeting::Meeting;
pub use runtime::{RUNTIME, runtime};
pub(crate) use tell::is_without_tls_12;

/// Judges servers for every device.
///
/// ```
/// use minigate_inspect::matrix::{Beside, Matrix, Outcome};
/// # use minigate_inspect::probe::{Facts, Reach};
/// use minigate_policy::Interface;
/// use minigate_policy::diagnosis::Lang;
///
/// # let asked_at = jiff::Timestamp::UNIX_EPOCH;
/// # let facts = Facts {
/// #     host: "api.example.com".to_owned(), address: ([127, 0, 0, 1], 443).into(), asked_at, reach: Reach::TimedOut,
/// #     versions: Vec::new(), chains: Vec::new(), without_name: None, plain_http: None,
/// # };
/// let matrix = Matrix::new(Beside::default())?;
/// for row in matrix.judge(&facts, Interface::Request, facts.asked_at) {
///     let cause = row.cause.ok_or("a port that doesn't answer")?;
///     assert_eq!((row.outcome, cause.tell(Lang::En).rule), (Outcome::Fails, None));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Matrix {
    anchors: Anchors,
    rules: Vec<DistrustRule>,
}

/// What holds beside the data of this crate.
#[derive(Debug, Default)]
pub struct Beside {
    /// Roots that every device is taken to come with.
    pub roots: Vec<CertificateDer<'static>>,
    /// Roots that somebody has added to every device, as those of an intranet; Apple lets their certificates live longer.
    pub added: Vec<CertificateDer<'static>>,
    /// Rules of distrust, each on the devices of its program.
    pub rules: Vec<DistrustRule>,
}

/// What a call from a device comes to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowVerdict {
    /// The device, by its ID.
    pub device: String,
    /// Whether the call works.
    pub outcome: Outcome,
    /// The version of TLS that is agreed on, where one is and the device's are known.
    pub version: Option<Version>,
    /// Why; none where all is well.
    pub cause: Option<Cause>,
}

/// Whether a call works, the best first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It does.
    Works,
    /// It does, or does for now; something is to be mended.
    Warning,
    /// Nobody can tell.
    Unknown,
    /// It doesn't, on some of the versions that the row stands for at least.
    Fails,
}

impl Matrix {
    /// Reads the roots of every device.
    ///
    /// # Errors
    /// [`RootsError::Empty`] where none of them can be read.
    pub fn new(beside: Beside) -> Result<Self, RootsError> {
        Ok(Self {
            anchors: Anchors::new(beside.roots, beside.added)?,
            rules: beside.rules,
        })
    }

    /// The roots that every device is taken to come with.
    pub(crate) fn beside(&self) -> &[CertificateDer<'static>] {
        &self.anchors.beside
    }

    /// Those, and the ones that were added.
    pub(crate) fn given(&self) -> Vec<CertificateDer<'static>> {
        self.anchors.given().cloned().collect()
    }

    /// One verdict for each device, in the order of [`devices`], on one address of a server.
    #[must_use]
    pub fn judge(&self, facts: &Facts, interface: Interface, now: Timestamp) -> Vec<RowVerdict> {
        devices()
            .iter()
            .map(|device| self.row(device, facts, interface, now))
            .collect()
    }

    fn row(
        &self,
        device: &'static Device,
        facts: &Facts,
        interface: Interface,
        now: Timestamp,
    ) -> RowVerdict {
        let offer = device.offers(interface);
        let case = Case {
            anchors: &self.anchors,
            rules: &self.rules,
            device,
            offer,
            meeting: Meeting {
                facts,
                client: offer.map(Client::device),
                now,
            },
        };
        RowVerdict::of(device.id(), &case.meeting, case.judge())
    }
}

impl RowVerdict {
    fn of(id: &str, meeting: &Meeting<'_>, judged: Result<(), Finding>) -> Self {
        let found = judged.err();
        Self {
            device: id.to_owned(),
            outcome: found.as_ref().map_or(Outcome::Works, |(outcome, _)| *outcome),
            version: meeting.version(),
            cause: found.map(|(_, cause)| cause),
        }
    }
}
