//! Recording what goes over the wire, and playing it again.

mod entry;
mod hop;
mod kept;
mod mishap;
mod recorder;
mod recording;

pub(crate) use recorder::{Both, Recorder};
pub(crate) use recording::{Recording, Secrets};
