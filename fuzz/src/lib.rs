//! Scenes that a fuzzer makes up, and what must hold in each of them.
//!
//! An app's engine runs over streams in memory on a clock that goes on by itself as soon as nothing else happens, so a
//! minute's wait costs nothing and a scene is the same each time. The engine is that of every app: the streams come in
//! through [`Transport`](minigate_engine::Transport), below the permit and above nothing.

pub mod flight;
pub mod form;
pub mod gate;
pub mod settle;
pub mod socket;
pub mod text;

mod answer;
mod stage;

pub use stage::block_on;
