//! Where people configure the domains of their apps, and runtimes get them from (rule D2).
//!
//! ```text
//!  people, programs ─► what they may do ─► Change ─► Store: one transaction, one row of the audit log
//!                                          writes, each with what it replaces; who, from where, why
//! ```
//! Nothing is written but by a [`store::Change`], and no change can be made without its entry in the audit log.

pub mod access;
pub mod account;
mod action;
pub mod app;
mod audit;
pub mod block;
pub mod bulk;
mod by;
mod calls;
mod clock;
mod console;
pub mod demo;
pub mod domains;
pub mod filing;
pub mod grant;
mod hidden;
mod https;
mod json;
mod judged;
pub mod keys;
pub mod metrics;
mod moment;
pub mod oidc;
mod origin;
pub mod preflight;
pub mod publish;
mod reason;
mod refusal;
pub mod secret;
mod seen;
pub mod serve;
pub mod session;
pub mod store;
mod text;
mod tidy;
pub mod token;
mod web;
pub mod what_if;

pub use by::By;
pub use clock::Clock;
pub use console::{Console, Refusal, Settings};
pub use hidden::{Hidden, NoRandom};
pub use origin::Origin;
pub use refusal::audit_denial;
pub use web::{openapi, router};
