//! What a handshake finds, over real TLS: chains made here, a server of the TLS library, a clock that stands still.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails as the test does"
)]

mod ats;
mod certificates;
mod judging;
mod pki;
mod roots;
mod sessions;
mod skipping;
mod streams;
mod wire;

use minigate_policy::CertificateCheck;

/// The check of Android and of a desktop.
const PLAIN: CertificateCheck = CertificateCheck {
    skipped: false,
    ats: false,
    self_signed_never: false,
};

/// The check of iOS.
const IOS: CertificateCheck = CertificateCheck {
    skipped: false,
    ats: true,
    self_signed_never: true,
};

const fn skipping(check: CertificateCheck) -> CertificateCheck {
    CertificateCheck {
        skipped: true,
        ..check
    }
}
