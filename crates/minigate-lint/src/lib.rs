//! Judges an app's source before anything runs.
//!
//! [`lint`] is a function from a project's files to [`Report`]: it makes no network call, prints nothing and runs
//! nothing of the app. Every module is read by a real parser; values are followed through constants, objects, modules
//! and functions, and each URL that comes out is judged by the very [`Policy`](minigate_policy::Policy) that judges calls at run time, as a
//! release, on each platform.
//!
//! ```text
//!  files ─► Module (what a module says) ─► Evaluator (values) ─► network calls ─► Policy::explain ─► findings
//! ```
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use minigate_js::Project;
//! use minigate_lint::{Check, Terms, lint};
//!
//! let files = [
//!     ("app.json", r#"{"pages":["pages/a"]}"#),
//!     ("app.js", "const host = 'http://a.example'\nwx.request({ url: host + '/items' })"),
//! ];
//! let files: BTreeMap<_, _> = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
//!
//! let report = lint(&Project::from_files(files)?, &Terms::new("wx0123456789abcdef".parse()?))?;
//!
//! let found: Vec<_> = report.findings.iter().map(|finding| (finding.check(), finding.place.line)).collect();
//! assert_eq!(found, [(Check::SchemeWrong, 2)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allowance;
mod check;
mod collector;
mod evaluate;
mod fault;
mod finding;
mod judge;
mod lists;
mod model;
mod network;
mod place;
mod read;
mod report;
mod rules;
mod tell;
mod tree;
mod urls;
mod value;
mod world;

pub use check::Check;
pub use fault::{Fault, ListFault, TimeoutFault, UrlFault};
pub use finding::Finding;
pub use lists::Configured;
pub use place::Place;
pub use report::{Report, Terms, lint};
pub use tree::{Amount, Unread};
pub use urls::{FoundUrl, urls};
