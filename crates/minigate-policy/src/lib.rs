//! Decides what a call may do, when it may start and when it must end.
//!
//! A mini-program reaches the network only through four interfaces, and each use of one is a [`Call`].
//! A [`Policy`] judges it: the answer is a [`Permit`], which is the only thing that a transport accepts, or a
//! [`Denial`], which says which rule was broken and what would cure it. An app's [`Gate`] then says when a
//! permitted call starts and when it must end.
//!
//! ```text
//!  Call ──► Policy::judge ──► Permit ──► Gate::submit ──► Action::Start | Interrupt | TimeOut | Refuse
//!                        └──► Denial        redirects: Permit::follow, addresses: Permit::admit
//! ```
//!
//! The crate is pure: no sockets, files, clock, environment, threads or globals. Time comes in as a parameter,
//! so every rule can be tested without waiting for it.
//!
//! ```
//! use minigate_policy::{Call, DomainLists, Interface, Policy, Rule, WrittenLists};
//!
//! let lists = WrittenLists { request: vec!["https://api.example.com".into()], ..WrittenLists::default() };
//! let policy = Policy::new("wx0123456789abcdef".parse()?).with_lists(DomainLists::parse(&lists, 20)?);
//!
//! let permit = policy.judge(&Call::new(Interface::Request, "https://api.example.com/items"));
//! assert!(permit.is_ok());
//!
//! let denial = policy.judge(&Call::new(Interface::Request, "https://api.example.com:443/items")).unwrap_err();
//! assert_eq!(denial.rule(), Rule::D1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod allowlist;
mod app;
mod call;
pub mod diagnosis;
mod domain;
mod filing;
mod gate;
mod interface;
mod life;
mod lists;
mod nearest;
mod needed;
mod permit;
mod policy;
mod profile;
mod rule;
mod target;
mod verdict;
mod weakness;

pub use address::{AddressClass, Embedding, classify};
pub use allowlist::{Allowlist, Entry, EntryError, EntryFault, ListError};
pub use app::{AppId, AppIdError, Debugging, Referer, Release, ReleaseError};
pub use call::Call;
pub use domain::{Domain, DomainError};
pub use filing::{FilingError, Filings};
pub use gate::{Action, Gate, TaskId, Visibility};
pub use interface::{Interface, Scheme, UnknownInterface};
pub use life::{Life, Stage};
pub use lists::{DomainLists, ListsError, PlatformLists, WrittenLists};
pub use nearest::{Difference, Nearest, Proposal};
pub use needed::{ListDifference, Missing, Needed};
pub use permit::{CertificateCheck, Permit};
pub use policy::Policy;
pub use profile::{Era, Overflow, Platform, Profile, Undecodable, UnknownName, Wording};
pub use rule::Rule;
pub use target::{Host, Target, TargetError};
pub use verdict::{Denial, Finding, ListConsulted, Reason, Verdict};
pub use weakness::{Sample, Weakness};
