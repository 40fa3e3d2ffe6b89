//! Reads, masks and matches HAR files: what went over the wire, as a value. No I/O.
//!
//! ```text
//! recorder ─► Har ─► Masker ─► file ─► Har::parse ─► Cassette ─► replay
//! ```
//! The format is HAR 1.2 with the fields that browsers have added (`_webSocketMessages`), and what only minigate knows
//! in `_minigate`. Files of other programs are read as well, as far as they say what was asked and answered.

mod cassette;
mod error;
mod facts;
mod mask;
mod model;
mod pattern;

pub use cassette::{Ask, Cassette, Cue, NotRecorded, Take};
pub use error::HarError;
pub use facts::{Facts, Mishap, Outcome};
pub use mask::{Masker, is_placeholder};
pub use model::{
    Content, Cookie, Creator, Entry, Har, Log, Nothing, Pair, Param, Posted, Request, Response,
    SocketMessage, Timings, Way,
};
