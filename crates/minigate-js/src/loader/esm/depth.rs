//! A stack deep enough for the parser, which follows nesting by recursion and would end the process where it ran out.

use std::{io, thread};

use super::nesting::{Nesting, measure};

/// Why there is no stack for a text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoStack {
    /// More than any stack that is given.
    #[error("the module is nested too deeply or is too large")]
    TooDeep,
    /// The system refuses, mostly because the process may not have that much address space.
    #[error("the module needs a stack of {} MiB to be read, and the system gives none: {cause}", .bytes >> 20)]
    Refused {
        /// The stack's size.
        bytes: usize,
        /// What the system says.
        cause: io::Error,
    },
    /// The work panicked.
    #[error("the module can't be read: its parser failed")]
    Failed,
}

/// Works on a thread whose stack no nesting in the source can use up.
pub(in crate::loader) fn on_stack_for<T: Send>(
    source: &str,
    work: impl FnOnce() -> T + Send,
) -> Result<T, NoStack> {
    on_deep_stack(source, 0, work)
}

/// Works on a thread whose stack holds the parser and the semantic analysis of a source, however it nests, and `spare`
/// bytes more for whoever walks the tree; that walk must have a bound of its own.
///
/// # Errors
///
/// Where the source nests more deeply than any stack that is given, or the system gives none.
pub fn on_deep_stack<T: Send>(
    source: &str,
    spare: usize,
    work: impl FnOnce() -> T + Send,
) -> Result<T, NoStack> {
    let bytes = needed(source)
        .and_then(|size| size.checked_add(spare))
        .filter(|size| *size <= MAX_STACK)
        .ok_or(NoStack::TooDeep)?;
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .stack_size(bytes)
            .spawn_scoped(scope, work)
            .map_err(|cause| NoStack::Refused { bytes, cause })?;
        worker.join().map_err(|_| NoStack::Failed)
    })
}

/// An upper bound: the system gives a stack's memory only as it is used.
fn needed(source: &str) -> Option<usize> {
    let Nesting { brackets, bytes } = measure(source).unwrap_or_else(|| at_most(source));
    let brackets = brackets.checked_mul(PER_BRACKET)?;
    bytes
        .checked_mul(PER_BYTE)?
        .checked_add(brackets)?
        .checked_add(BASE)
}

/// The nesting of a text whatever it means.
fn at_most(source: &str) -> Nesting {
    Nesting {
        brackets: source.bytes().filter(|byte| b"([{".contains(byte)).count(),
        bytes: source.len(),
    }
}

/// What a level of brackets takes at most: 5.7 KB for `class{x=class{x=…}}` without optimisation.
const PER_BRACKET: usize = 8 * 1024;
/// What any other byte takes at most: 335 bytes for each of `!!!!…` without optimisation.
const PER_BYTE: usize = 512;
const BASE: usize = 1024 * 1024;
const MAX_STACK: usize = 1024 * 1024 * 1024;
