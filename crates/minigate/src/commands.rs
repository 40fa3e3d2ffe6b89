//! One module a command.

pub(crate) mod explain;
pub(crate) mod run;
