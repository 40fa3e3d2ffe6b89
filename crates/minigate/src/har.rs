//! Recording what goes over the wire, and playing it again.

mod entry;
mod hop;
mod kept;
mod mishap;
mod recorder;
mod recording;
mod replay;

pub(crate) use recorder::{Both, Recorder};
pub(crate) use recording::{Recording, Secrets};
pub(crate) use replay::Replay;
