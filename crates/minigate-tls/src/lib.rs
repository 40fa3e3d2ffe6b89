//! Knows certificates: roots, verification, platform profiles.
//!
//! An app's connections share one [`Trust`]. Each connection begins a [`Handshake`], hands its configuration to the
//! TLS library, and asks it afterwards what was found: the fault that ended it, or the fault that it was spared.
//!
//! ```text
//!  RootSource… ──► Roots ──► Trust::begin(check, offer) ──► Handshake ──► config ──► the TLS library
//!                                                               ├─ connected: spared() ──► CertificateFault (rule S1)
//!                                                               └─ failed:    fault(…) ──► TlsFault, by its rule
//! ```
//!
//! An enforced check never takes what the web's own verification refuses; it only adds demands, and names the cause.
//! Nothing is ever fetched: what the server leaves out is missing (rule T5).
//!
//! ```
//! use minigate_policy::CertificateCheck;
//! use minigate_tls::{Offer, RootSource, Roots, Trust};
//!
//! let trust = Trust::new(Roots::load(&[RootSource::Bundled])?);
//! let check = CertificateCheck { skipped: false, ats: false, self_signed_never: false };
//!
//! let handshake = trust.begin(check, Offer::Http2);
//! assert_eq!(handshake.config().alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
//! # Ok::<(), minigate_tls::RootsError>(())
//! ```

mod abilities;
mod ats;
mod chain;
mod config;
mod diagnose;
mod fault;
mod flaw;
mod handshake;
mod net_error;
mod number;
mod roots;
mod tell;
mod verify;

pub use abilities::Abilities;
pub use ats::{AtsDemand, ats_unmet};
pub use chain::{names, way_up};
pub use config::{Offer, Trust};
pub use fault::CertificateFault;
pub use flaw::ChainFlaw;
pub use handshake::{Handshake, Heard, TlsFault};

pub use net_error::NetError;
pub use roots::{RootSource, Roots, RootsError};
pub use verify::weak_key;
