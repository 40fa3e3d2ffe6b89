//! One module a command.

pub(crate) mod check;
pub(crate) mod console;
pub(crate) mod explain;
pub(crate) mod lint;
pub(crate) mod run;
pub(crate) mod test;
mod trusted;

use std::fs;
use std::path::Path;

use anyhow::Context;
use minigate_policy::diagnosis::Lang;

use crate::words;

/// Writes a file that was asked for.
fn write(path: &Path, text: &str, lang: Lang) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| words::cant_write(path, lang))
}
