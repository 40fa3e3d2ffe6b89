//! Finds out what a server does, and on which devices a mini-program's call to it fails.
//!
//! [`probe`] asks each address of a host what it speaks and presents, and [`chain`] and [`leaf`] read what it presents:
//!
//! ```text
//! host ─► Prober ─► Facts of each address ─┬─► ChainFacts: order, what is missing, what is superfluous
//!         I/O       plain data             ├─► LeafFacts: names, life, key, stamps, revocation
//!                                          └─► minigate_tls::Trust::judge: accepted, or the fault
//! ```
//!
//! ```no_run
//! # async fn example(trust: minigate_tls::Trust) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use minigate_engine::SystemResolver;
//! use minigate_inspect::chain::ChainFacts;
//! use minigate_inspect::leaf::LeafFacts;
//! use minigate_inspect::probe::{Bounds, Prober};
//! use minigate_policy::CertificateCheck;
//!
//! let (host, now) = ("api.example.com", jiff::Timestamp::now());
//! let check = CertificateCheck { skipped: false, ats: true, self_signed_never: true };
//! let prober = Prober::new(Arc::new(SystemResolver), Bounds::default());
//! for facts in prober.ask(host, 443, now).await? {
//!     let Some(sent) = facts.chain() else { continue };
//!     let chain = ChainFacts::read(sent);
//!     let leaf = LeafFacts::read(sent, facts.staple(), host, now)?;
//!     let fault = trust.judge(check, &sent.certificates(), host, now).err();
//!     println!("{}: {:?}, {} days left, {fault:?}", facts.address, chain.end, leaf.lifetime.days_left);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Device`] is a row of the matrix: a phone's system at some versions, the developer tool, or a desktop. It answers
//! three questions, each from data that names its source and date (`data/` of this crate, told in `docs/devices.md`):
//!
//! ```text
//!  Device ──► offers(interface) ──► Offer      versions, suites, groups, signatures   (rules T7, T8)
//!         ├─► holds(root) ────────► Presence   there, since when, until when          (rule T2)
//!         ├─► anchors() ──────────► certificates, to build a verifier of
//!         └─► distrust(…) ────────► Distrusted by whom, since when, where it says so  (rule T9)
//! ```
//!
//! A [`matrix::Matrix`] puts both together: one verdict and one cause for each device, told in two languages. [`cure`] says
//! what to change at the server, down to the certificates that it leaves out. [`application`] calls the host as an app would:
//! redirects, WebSocket upgrade, charset.
//!
//! The rows are pure: no I/O, no clock; the date is a parameter. Their data is read at its first use, once. Nothing in
//! this crate prints.
//!
//! ```
//! use minigate_inspect::{Device, Presence};
//! use minigate_policy::Interface;
//! use rustls::ProtocolVersion;
//!
//! let old = Device::find("android-4").ok_or("no such row")?;
//! let upload = old.offers(Interface::UploadFile).ok_or("unknown")?;
//! assert_eq!(upload.versions, [ProtocolVersion::TLSv1_0]);
//!
//! let isrg = minigate_inspect::roots()
//!     .iter()
//!     .find(|root| root.name() == "ISRG Root X1")
//!     .ok_or("no such root")?;
//! assert!(matches!(old.holds(isrg.der()), Presence::Absent { since: Some(store), .. } if store.name == "Android 7.1.1"));
//! # Ok::<(), &str>(())
//! ```

pub mod application;
pub mod certificate;
pub mod chain;
pub mod check;
pub mod cure;
mod data;
mod device;
mod distrust;
pub mod leaf;
pub mod lifetime;
pub mod matrix;
pub mod ocsp;
mod offer;
mod presence;
pub mod probe;
mod registry;
mod root;
mod store;

pub use minigate_policy::diagnosis::Severity;

pub use device::{Device, Intermediates, devices};
pub use distrust::{Condition, DistrustRule, Distrusted, Program, distrust, distrust_rules};
pub use offer::Offer;
pub use presence::Presence;
pub use root::{Root, roots};
pub use store::{Holding, Store, stores};
