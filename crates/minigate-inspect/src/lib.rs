//! Finds out what a server does and why a mini-program's call to it fails.
//!
//! [`probe`] asks each address of a host what it speaks and presents; the facts are plain data. Nothing in this crate
//! prints.

pub mod probe;
