//! What is wrong with an application.

use minigate_policy::diagnosis::Severity;
use minigate_policy::{Rule, Target};
use minigate_tls::CertificateFault;
use serde::{Deserialize, Serialize};

use super::{Answer, Application, Charset, Content, Extent, Farewell, Hop, Kind, Signal, Told};

/// Something about an application that is wrong, or worth knowing, with the evidence.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum ApplicationFault {
    /// A call gets no whole answer.
    NoAnswer {
        /// 0 for the call itself, 1 for the first redirect …
        hop: usize,
        /// Its URL.
        url: String,
        /// What the run time says.
        told: Told,
    },
    /// A handshake doesn't come to a socket.
    NotUpgraded {
        /// The status of the answer.
        status: Option<u16>,
        /// What the run time says.
        told: Told,
    },
    /// A release refuses to go there.
    HopRefused {
        /// 0 for the call itself, 1 for the first redirect …
        hop: usize,
        /// Its URL.
        url: String,
        /// What the run time says.
        told: Told,
    },
    /// A redirect leads to another origin whose certificate fails in a release (rule T1).
    HopCertificate {
        /// 1 for the first redirect …
        hop: usize,
        /// Its URL.
        url: String,
        /// What is wrong with the certificate.
        fault: CertificateFault,
    },
    /// The call is redirected, and that passes.
    Redirected {
        /// How often.
        times: usize,
        /// Where it ends.
        url: String,
    },
    /// The answer's status isn't that of a success (rule N8: the app gets it as one).
    Status {
        /// The status.
        status: u16,
    },
    /// The answer has begun, and didn't end while the check lasted (rule N1: a call that takes too long fails).
    Unfinished {
        /// How many bytes came.
        bytes: usize,
    },
    /// Nothing says which charset a text has (rule N6).
    CharsetUndeclared {
        /// The `content-type`.
        content_type: Option<String>,
        /// What the run time reads it as.
        read_as: String,
        /// Whether that is a guess because it isn't UTF-8.
        is_guess: bool,
        /// Whether it doesn't matter this time, since there are no letters beyond ASCII.
        is_ascii: bool,
    },
    /// The `content-type` names a charset that doesn't exist (rule N6).
    CharsetUnknown {
        /// Its name.
        label: String,
        /// What the run time reads the text as.
        read_as: String,
    },
    /// The text isn't in UTF-8 (rule N6).
    NotUtf8 {
        /// What it is in.
        charset: String,
    },
    /// The text isn't in the charset that it is read as (rule N6).
    Undecodable {
        /// What it is read as.
        charset: String,
    },
    /// Byte order marks lead the text (rule N7).
    ByteOrderMark {
        /// The charset that they mark.
        charset: String,
        /// How many there are.
        count: usize,
        /// Whether JSON is announced.
        json: bool,
    },
    /// The answer announces JSON and isn't.
    NotJson {
        /// What the parser says, with the place.
        error: String,
    },
    /// The server closes a socket as soon as it stands.
    SocketClosed {
        /// Its code.
        code: u16,
        /// Its reason.
        reason: String,
    },
    /// The server doesn't agree to the close of a socket (RFC 6455 §5.5.1).
    SocketUnanswered,
    /// The server breaks a socket as soon as it stands.
    SocketBroken {
        /// What the run time says.
        told: Told,
    },
}

impl ApplicationFault {
    /// The rule that is broken; none where nothing of the platform's is.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::NoAnswer { told, .. }
            | Self::NotUpgraded { told, .. }
            | Self::HopRefused { told, .. }
            | Self::SocketBroken { told } => told.en.rule,
            Self::HopCertificate { fault, .. } => Some(fault.rule()),
            Self::Unfinished { .. } => Some(Rule::N1),
            Self::Status { .. } => Some(Rule::N8),
            Self::CharsetUndeclared { .. }
            | Self::CharsetUnknown { .. }
            | Self::NotUtf8 { .. }
            | Self::Undecodable { .. } => Some(Rule::N6),
            Self::ByteOrderMark { .. } => Some(Rule::N7),
            Self::Redirected { .. }
            | Self::NotJson { .. }
            | Self::SocketClosed { .. }
            | Self::SocketUnanswered => None,
        }
    }

    /// What it is called in reports for machines: never changes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoAnswer { .. } => "no-answer",
            Self::Unfinished { .. } => "unfinished",
            Self::NotUpgraded { .. } => "not-upgraded",
            Self::HopRefused { .. } => "hop-refused",
            Self::HopCertificate { .. } => "hop-certificate",
            Self::Redirected { .. } => "redirected",
            Self::Status { .. } => "status",
            Self::CharsetUndeclared { .. } => "charset-undeclared",
            Self::CharsetUnknown { .. } => "charset-unknown",
            Self::NotUtf8 { .. } => "not-utf-8",
            Self::Undecodable { .. } => "undecodable",
            Self::ByteOrderMark { .. } => "byte-order-mark",
            Self::NotJson { .. } => "not-json",
            Self::SocketClosed { .. } => "socket-closed",
            Self::SocketUnanswered => "socket-unanswered",
            Self::SocketBroken { .. } => "socket-broken",
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::NoAnswer { .. }
            | Self::NotUpgraded { .. }
            | Self::HopRefused { .. }
            | Self::HopCertificate { .. } => Severity::Fail,
            Self::Status { status: 500.. }
            | Self::Unfinished { .. }
            | Self::CharsetUndeclared { is_ascii: false, .. }
            | Self::CharsetUnknown { .. }
            | Self::NotUtf8 { .. }
            | Self::Undecodable { .. }
            | Self::ByteOrderMark { .. }
            | Self::NotJson { .. }
            | Self::SocketBroken { .. } => Severity::Warn,
            Self::Redirected { .. }
            | Self::Status { .. }
            | Self::CharsetUndeclared { .. }
            | Self::SocketClosed { .. }
            | Self::SocketUnanswered => Severity::Note,
        }
    }
}

impl Application {
    /// All that is wrong with it or worth knowing, in the order in which a call meets it.
    #[must_use]
    pub fn faults(&self) -> Vec<ApplicationFault> {
        let mut faults: Vec<_> = self.hop_faults().collect();
        if faults.is_empty() {
            faults.extend(self.redirected());
        }
        faults.extend(self.answer_faults());
        faults
    }

    fn hop_faults(&self) -> impl Iterator<Item = ApplicationFault> {
        let origin = self.hops.first().and_then(Hop::origin);
        self.hops.iter().enumerate().flat_map(move |(place, hop)| {
            let certificate = hop.certificate.as_ref().filter(|_| hop.origin() != origin);
            let certificate = certificate.map(|fault| ApplicationFault::HopCertificate {
                hop: place,
                url: hop.url.clone(),
                fault: fault.clone(),
            });
            let refusals = hop.refusals.iter().map(move |told| ApplicationFault::HopRefused {
                hop: place,
                url: hop.url.clone(),
                told: told.clone(),
            });
            refusals.chain(certificate)
        })
    }

    fn redirected(&self) -> Option<ApplicationFault> {
        let (last, before) = self.hops.split_last()?;
        (!before.is_empty()).then(|| ApplicationFault::Redirected {
            times: before.len(),
            url: last.url.clone(),
        })
    }

    fn answer_faults(&self) -> Vec<ApplicationFault> {
        match &self.answer {
            Answer::Http(content) => self.status_fault().into_iter().chain(content.faults()).collect(),
            Answer::Open(open) => open.farewell.fault().into_iter().collect(),
            Answer::NotUpgraded { told } => vec![ApplicationFault::NotUpgraded {
                status: self.status(),
                told: told.clone(),
            }],
            Answer::Refused => Vec::new(),
            Answer::Failed { told } => vec![ApplicationFault::NoAnswer {
                hop: self.hops.len().saturating_sub(1),
                url: self.hops.last().map_or(&self.target, |hop| &hop.url).clone(),
                told: told.clone(),
            }],
        }
    }

    fn status_fault(&self) -> Option<ApplicationFault> {
        let status = self.status().filter(|status| !(200..300).contains(status))?;
        Some(ApplicationFault::Status { status })
    }
}

impl Hop {
    fn origin(&self) -> Option<(String, u16)> {
        let target = Target::parse(&self.url).ok()?;
        Some((target.host_str().to_owned(), target.effective_port()))
    }
}

impl Content {
    fn faults(&self) -> impl Iterator<Item = ApplicationFault> {
        let unfinished = self.extent == Extent::Unfinished;
        let unfinished = unfinished.then_some(ApplicationFault::Unfinished { bytes: self.bytes });
        let charset = self
            .charset
            .iter()
            .flat_map(|charset| self.charset_faults(charset));
        let not_json = self.not_json.clone();
        let not_json = not_json.map(|error| ApplicationFault::NotJson { error });
        unfinished.into_iter().chain(charset).chain(not_json)
    }

    fn charset_faults(&self, charset: &Charset) -> impl Iterator<Item = ApplicationFault> {
        let mark = (charset.byte_order_marks > 0).then(|| ApplicationFault::ByteOrderMark {
            charset: charset.read_as.clone(),
            count: charset.byte_order_marks,
            json: self.announced == Kind::Json,
        });
        let undecodable = charset.replaced.then(|| ApplicationFault::Undecodable {
            charset: charset.read_as.clone(),
        });
        let declared = self.declaration_fault(charset);
        declared.into_iter().chain(undecodable).chain(mark)
    }

    fn declaration_fault(&self, charset: &Charset) -> Option<ApplicationFault> {
        let read_as = charset.read_as.clone();
        match (charset.signal, &charset.label) {
            (Signal::Validity | Signal::Fallback, Some(label)) => Some(ApplicationFault::CharsetUnknown {
                label: label.clone(),
                read_as,
            }),
            (Signal::Validity, None) if self.announced == Kind::Json => None,
            (Signal::Validity | Signal::Fallback, None) => Some(ApplicationFault::CharsetUndeclared {
                content_type: self.content_type.clone(),
                read_as,
                is_guess: charset.signal == Signal::Fallback,
                is_ascii: charset.is_ascii,
            }),
            _ if read_as != UTF_8 => Some(ApplicationFault::NotUtf8 { charset: read_as }),
            _ => None,
        }
    }
}

impl Farewell {
    fn fault(&self) -> Option<ApplicationFault> {
        match self {
            Self::Agreed => None,
            Self::ByServer { code, reason } => Some(ApplicationFault::SocketClosed {
                code: *code,
                reason: reason.clone(),
            }),
            Self::Unanswered => Some(ApplicationFault::SocketUnanswered),
            Self::Broken { told } => Some(ApplicationFault::SocketBroken { told: told.clone() }),
        }
    }
}

/// The name that the encoding standard gives it.
const UTF_8: &str = "UTF-8";
