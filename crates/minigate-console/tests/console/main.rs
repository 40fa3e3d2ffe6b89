//! The console on both of its databases.
#![expect(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that is left out says so, and asks the environment whether it is"
)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test fails as the test does"
)]

mod accounts;
mod approvals;
mod attacks;
mod block;
mod copy;
mod crowd;
mod database;
mod demo;
mod domains;
mod filing;
mod followed;
mod grant;
mod invitations;
mod kill;
mod meanwhile;
mod oidc;
mod opening;
mod operators;
mod overtaken;
mod pages;
mod pages_audit;
mod pages_import;
mod pages_manage;
mod pages_preflight;
mod people;
mod platform;
mod preflight;
mod proposal;
mod publish;
mod rest;
mod road;
mod schemathesis;
mod secrets;
mod served;
mod sessions;
mod store;
mod tidings;
mod tidy;
mod tokens;
mod told;
mod tries;
mod two_people;
mod web;
mod what_if;
