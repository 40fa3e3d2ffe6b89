//! One module a command.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod lint;
pub(crate) mod run;
pub(crate) mod test;
