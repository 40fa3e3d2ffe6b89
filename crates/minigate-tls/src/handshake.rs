//! One connection's handshake, and what it ended in.

use std::io;
use std::sync::Arc;

use minigate_policy::{CertificateCheck, Rule};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, CommonState, InvalidMessage, PeerIncompatible,
};
use serde::{Deserialize, Serialize};

use crate::config::{is_narrowed, meets_ats};
use crate::verify::Noted;
use crate::{AtsDemand, CertificateFault, NetError};

/// The handshake of one connection.
#[derive(Clone, Debug)]
pub struct Handshake {
    config: Arc<ClientConfig>,
    check: CertificateCheck,
    noted: Option<Noted>,
}

impl Handshake {
    pub(crate) const fn enforced(config: Arc<ClientConfig>, check: CertificateCheck) -> Self {
        Self {
            config,
            check,
            noted: None,
        }
    }

    pub(crate) const fn skipped(config: Arc<ClientConfig>, check: CertificateCheck, noted: Noted) -> Self {
        Self {
            config,
            check,
            noted: Some(noted),
        }
    }

    /// The configuration to connect with.
    ///
    /// Where the check is skipped it is this connection's own and resumes no session, since a resumed one isn't
    /// verified; else it is shared.
    #[must_use]
    pub const fn config(&self) -> &Arc<ClientConfig> {
        &self.config
    }

    /// What would have ended the handshake if the check weren't skipped (rules S1 and S3), once it is complete.
    #[must_use]
    pub fn spared(&self, connection: &CommonState) -> Option<CertificateFault> {
        let noted = self.noted.as_ref()?;
        noted.get().cloned().or_else(|| self.strange_suite(connection))
    }

    fn strange_suite(&self, connection: &CommonState) -> Option<CertificateFault> {
        let suite = connection.negotiated_cipher_suite()?.suite();
        (self.check.ats && !meets_ats(suite)).then_some(CertificateFault::Ats {
            unmet: AtsDemand::Suite { suite },
        })
    }

    /// Tells what ended the handshake from the error of the stream, and from how far the server came.
    #[must_use]
    pub fn fault(&self, error: &io::Error, heard: Heard) -> TlsFault {
        match tls_error(error) {
            Some(inner) => self.fault_of(inner, heard),
            None => TlsFault::of_stream(error),
        }
    }

    fn fault_of(&self, error: &rustls::Error, heard: Heard) -> TlsFault {
        match (TlsFault::of(error), error) {
            // Who has chosen a suite means something else: old servers that want a client's certificate, for instance.
            (TlsFault::NoCommonSuite { .. }, rustls::Error::AlertReceived(alert))
                if heard == Heard::Hello =>
            {
                TlsFault::Alert(*alert)
            }
            (TlsFault::NoCommonSuite { .. }, _) => TlsFault::NoCommonSuite {
                ats: is_narrowed(self.check),
            },
            (fault, _) => fault,
        }
    }
}

/// How far a server came before its handshake ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heard {
    /// It hasn't answered the hello, or with something else.
    NoHello,
    /// It has answered with its own hello: the first byte that came from it is 22 (RFC 8446 §5.1).
    Hello,
}

/// What a handshake ended in, if not in a connection.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum TlsFault {
    /// The server's certificates fail the check.
    #[error(transparent)]
    Certificate(CertificateFault),
    /// The server can't prove that the certificate is its own, or proves it wrongly.
    #[error("the server doesn't hold the key of the certificate that it presents")]
    KeyNotProven,
    /// The server speaks neither TLS 1.2 nor 1.3 (rule T8); skipping the check doesn't help.
    #[error("the server speaks neither TLS 1.2 nor 1.3")]
    Version,
    /// The server takes none of the suites or key exchanges that are offered: all have forward secrecy and
    /// authenticated encryption.
    #[error(
        "the server takes none of the cipher suites, which all have forward secrecy and AES-GCM or ChaCha20"
    )]
    NoCommonSuite {
        /// Whether only the suites of App Transport Security were offered (rule T7).
        ats: bool,
    },
    /// The server knows no site of this name (SNI).
    #[error("the server knows no site of this name")]
    UnknownName,
    /// The server wants a certificate from its client, which an app can't give.
    #[error("the server wants a client's certificate")]
    ClientCertificateWanted,
    /// The server ended the handshake with another alert (RFC 8446 §6.2).
    #[error("the server ended the handshake: {0:?}")]
    Alert(#[serde(with = "crate::number::alert")] AlertDescription),
    /// What answers isn't TLS; plain HTTP usually.
    #[error("the server doesn't answer in TLS")]
    NotTls,
    /// The connection was closed in the middle of the handshake.
    #[error("the server closed the connection during the handshake")]
    Closed,
    /// The connection was reset in the middle of the handshake.
    #[error("the connection was reset during the handshake")]
    Reset,
    /// The server breaks the protocol.
    #[error("the handshake broke off: {reason}")]
    Protocol {
        /// How it breaks it.
        reason: String,
    },
    /// The connection failed below TLS in another way.
    #[error("the connection failed during the handshake: {reason}")]
    Io {
        /// What the system says.
        reason: String,
    },
}

impl TlsFault {
    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::Certificate(fault) => fault.rule(),
            Self::Version => Rule::T8,
            Self::NoCommonSuite { ats: true } => Rule::T7,
            _ => Rule::T1,
        }
    }

    /// What Chromium calls it.
    #[must_use]
    pub const fn net_error(&self) -> NetError {
        match self {
            Self::Certificate(fault) => fault.net_error(),
            Self::Version | Self::NoCommonSuite { .. } => NetError::SSL_VERSION_OR_CIPHER_MISMATCH,
            Self::UnknownName => NetError::SSL_UNRECOGNIZED_NAME_ALERT,
            Self::ClientCertificateWanted => NetError::BAD_SSL_CLIENT_AUTH_CERT,
            Self::KeyNotProven | Self::Alert(_) | Self::NotTls | Self::Protocol { .. } => {
                NetError::SSL_PROTOCOL_ERROR
            }
            Self::Closed => NetError::CONNECTION_CLOSED,
            Self::Reset => NetError::CONNECTION_RESET,
            Self::Io { .. } => NetError::FAILED,
        }
    }

    /// What the server refuses once the handshake is over for its client.
    ///
    /// With TLS 1.3 the server looks at the client's last message only then, so its alert, that it wants a client's
    /// certificate for instance, meets the first read (RFC 8446 §4.4.2.4). `None` where the error is something else.
    #[must_use]
    pub fn of_late_alert(error: &io::Error) -> Option<Self> {
        match tls_error(error)? {
            rustls::Error::AlertReceived(alert) => Some(Self::of_alert(*alert)),
            _ => None,
        }
    }

    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(error) => Self::of_certificate(error),
            rustls::Error::AlertReceived(alert) => Self::of_alert(*alert),
            rustls::Error::PeerIncompatible(reason) => Self::of_incompatible(reason),
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::NotTls,
            other => Self::protocol(other),
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::Other(other) => match other.0.downcast_ref::<CertificateFault>() {
                Some(fault) => Self::Certificate(fault.clone()),
                None => Self::protocol(error),
            },
            CertificateError::BadSignature => Self::KeyNotProven,
            error => Self::protocol(error),
        }
    }

    const fn of_alert(alert: AlertDescription) -> Self {
        match alert {
            AlertDescription::ProtocolVersion => Self::Version,
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
                Self::NoCommonSuite { ats: false }
            }
            AlertDescription::UnrecognisedName => Self::UnknownName,
            AlertDescription::CertificateRequired => Self::ClientCertificateWanted,
            AlertDescription::CloseNotify => Self::Closed,
            other => Self::Alert(other),
        }
    }

    fn of_incompatible(reason: &PeerIncompatible) -> Self {
        match reason {
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => Self::Version,
            PeerIncompatible::NoCipherSuitesInCommon | PeerIncompatible::NoKxGroupsInCommon => {
                Self::NoCommonSuite { ats: false }
            }
            other => Self::protocol(&rustls::Error::PeerIncompatible(other.clone())),
        }
    }

    fn of_stream(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Self::Reset
            }
            _ => Self::Io {
                reason: error.to_string(),
            },
        }
    }

    fn protocol(error: &impl ToString) -> Self {
        Self::Protocol {
            reason: error.to_string(),
        }
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

#[cfg(test)]
mod tests {
    use rustls::CipherSuite;

    use super::*;

    #[test]
    fn a_fault_can_be_written_down_and_read_again() {
        for fault in [
            TlsFault::Alert(AlertDescription::HandshakeFailure),
            TlsFault::NoCommonSuite { ats: true },
            TlsFault::Certificate(CertificateFault::UnknownRoot {
                issuer: "CN=x".to_owned(),
            }),
            TlsFault::Certificate(CertificateFault::Ats {
                unmet: AtsDemand::Suite {
                    suite: CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA,
                },
            }),
        ] {
            let written = serde_json::to_string(&fault).unwrap();

            assert_eq!(
                serde_json::from_str::<TlsFault>(&written).unwrap(),
                fault,
                "{written}"
            );
        }
    }
}
