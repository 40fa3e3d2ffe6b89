//! Why a call fails, or only just works.

use jiff::Timestamp;
use minigate_policy::Rule;
use minigate_tls::CertificateFault;
use serde::{Deserialize, Serialize};

use crate::distrust::{Condition, Program};
use crate::probe::{Group, Refusal, Suite, Version};

/// Why a call fails, or only just works, with the evidence.
///
/// Names come from certificates and servers, so they are foreign text: escape them before printing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum Cause {
    /// The port takes no connections.
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// Nothing answered within the bound.
    TimedOut,
    /// No version of TLS came to a handshake (rule T1, or T8 where the server wants another version).
    NoHandshake {
        /// What the newest one came to.
        refusal: Refusal,
    },
    /// Device and server have no version of TLS in common (rule T8).
    NoCommonVersion {
        /// What the device speaks.
        device: Vec<Version>,
        /// What the server speaks.
        server: Vec<Version>,
    },
    /// They have no suite of their version in common (rule T1, or T7 with App Transport Security).
    NoCommonSuite {
        /// The newest version that both speak.
        version: Version,
        /// What the server takes.
        server: Vec<Suite>,
        /// Whether App Transport Security narrows what is offered (rule T7).
        ats: bool,
    },
    /// They have no group for the key exchange in common (rule T1, or T7 with App Transport Security).
    NoCommonGroup {
        /// The newest version that both speak.
        version: Version,
        /// What the server takes.
        server: Vec<Group>,
        /// Whether App Transport Security narrows what is offered (rule T7).
        ats: bool,
    },
    /// The device takes no signatures by the kind of key that the server has.
    KeyNotTaken {
        /// That kind.
        key: String,
    },
    /// The server's certificates weren't seen.
    NoChain,
    /// The server left unanswered what decides: it took no connection, or there was no time.
    Unanswered,
    /// The root is in the store of some versions, and not of others (rule T2).
    RootPartly {
        /// Its name.
        root: String,
        /// The versions that have it.
        with: Vec<String>,
        /// Those that haven't.
        without: Vec<String>,
    },
    /// The root is a known one, and in no store of the row (rule T2).
    RootAbsent {
        /// Its name.
        root: String,
        /// The first later version that has it.
        since: Option<String>,
        /// The last earlier version that had it.
        until: Option<String>,
    },
    /// Nothing says whether the root is in the stores of these versions (rule T2).
    RootUnknown {
        /// Its name.
        root: String,
        /// Those versions.
        versions: Vec<String>,
    },
    /// The certificates are refused; or the device takes them, and others don't.
    Certificate {
        /// What is wrong.
        fault: CertificateFault,
    },
    /// The server couldn't prove that the certificate is its own.
    KeyNotProven,
    /// The authority isn't trusted any more (rule T9).
    Distrusted {
        /// Who distrusts it.
        by: Program,
        /// Its name.
        authority: String,
        /// Since when.
        since: Timestamp,
        /// Which of its certificates are met.
        condition: Condition,
        /// Where it was announced.
        source: String,
    },
    /// The server serves nobody without a client's certificate.
    ClientCertificateDemanded,
    /// Nothing is published about the device's TLS for this interface; the certificates are good.
    OfferUnknown,
    /// The authority says in the stapled answer that the certificate is revoked.
    Revoked,
    /// The connection is older than what the platform requires (rule T8).
    OldVersion {
        /// What is agreed on.
        version: Version,
    },
    /// The certificate ends soon (rule T4).
    EndsSoon {
        /// Whole days that are left.
        days_left: i64,
        /// Its last moment.
        not_after: Timestamp,
    },
    /// The certificates aren't sent in their order (rule T5).
    WrongOrder,
}

impl Cause {
    /// The rule that is broken; none where the server can't be reached or nothing is known.
    #[must_use]
    pub const fn rule(&self) -> Option<Rule> {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut
            | Self::NoChain
            | Self::Unanswered
            | Self::OfferUnknown => None,
            Self::NoCommonVersion { .. } | Self::OldVersion { .. } => Some(Rule::T8),
            Self::NoHandshake { refusal } if refusal.is_of_version() => Some(Rule::T8),
            Self::NoCommonSuite { ats: true, .. } | Self::NoCommonGroup { ats: true, .. } => Some(Rule::T7),
            Self::RootPartly { .. } | Self::RootAbsent { .. } | Self::RootUnknown { .. } => Some(Rule::T2),
            Self::Certificate { fault } => Some(fault.rule()),
            Self::Distrusted { .. } => Some(Rule::T9),
            Self::EndsSoon { .. } => Some(Rule::T4),
            Self::WrongOrder => Some(Rule::T5),
            Self::NoHandshake { .. }
            | Self::NoCommonSuite { .. }
            | Self::NoCommonGroup { .. }
            | Self::KeyNotTaken { .. }
            | Self::KeyNotProven
            | Self::ClientCertificateDemanded
            | Self::Revoked => Some(Rule::T1),
        }
    }
    /// What it is called in reports for machines: never changes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut => "timed-out",
            Self::NoHandshake { .. } => "no-handshake",
            Self::NoCommonVersion { .. } => "no-common-version",
            Self::NoCommonSuite { .. } => "no-common-suite",
            Self::NoCommonGroup { .. } => "no-common-group",
            Self::KeyNotTaken { .. } => "key-not-taken",
            Self::NoChain => "no-chain",
            Self::Unanswered => "unanswered",
            Self::RootPartly { .. } => "root-partly",
            Self::RootAbsent { .. } => "root-absent",
            Self::RootUnknown { .. } => "root-unknown",
            Self::Certificate { fault } => fault.name(),
            Self::KeyNotProven => "key-not-proven",
            Self::Distrusted { .. } => "distrusted",
            Self::ClientCertificateDemanded => "client-certificate-demanded",
            Self::OfferUnknown => "offer-unknown",
            Self::Revoked => "revoked",
            Self::OldVersion { .. } => "old-version",
            Self::EndsSoon { .. } => "ends-soon",
            Self::WrongOrder => "wrong-order",
        }
    }
}
