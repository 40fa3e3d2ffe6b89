//! An app's files: where they may lie, how many bytes they may have, and no way to any other file.
//!
//! ```text
//!  path as the app writes it ─► Spot ─► Disk (a folder handle for each area) ─► file
//!                                         │
//!                                       Account: bytes and entries, checked before anything changes
//! ```
//!
//! Confinement doesn't rest on the text of a path alone: every file is opened below a folder's handle by `cap-std`,
//! which the system holds to that folder even while links are made in it. Files that have a second name (a hard link)
//! are refused, so that nothing outside can be read or written through one.

mod account;
mod content;
mod descriptor;
mod disk;
mod encoding;
mod fault;
mod folder;
mod library;
mod log;
mod operation;
mod package;
mod part;
mod path;
mod picture;
mod receiver;
mod sandbox;
mod saved;
mod stat;
mod sweep;
mod unkept;

pub(crate) use content::{Algorithm, Range};
pub(crate) use encoding::Encoding;
pub use fault::FileFault;
pub(crate) use library::Library;
pub(crate) use log::Log;
pub(crate) use operation::{Answer, Complaint, Data, Operation};
pub use receiver::Receiver;
pub(crate) use sandbox::last_segment;
pub use sandbox::{FileRules, Opened, Sandbox};
pub use unkept::Unkept;

#[cfg(test)]
mod tests;
