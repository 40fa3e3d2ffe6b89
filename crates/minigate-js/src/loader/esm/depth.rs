//! A stack deep enough for the parser, which follows nesting by recursion and would end the process where it ran out.

use std::thread;

/// Works on a thread whose stack no nesting in the source can use up. Nothing where that would take too much, or where
/// the work panics.
pub(super) fn on_stack_for<T: Send>(source: &str, work: impl FnOnce() -> T + Send) -> Option<T> {
    let size = needed(source).filter(|size| *size <= MAX_STACK)?;
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .stack_size(size)
            .spawn_scoped(scope, work)
            .ok()?;
        worker.join().ok()
    })
}

/// An upper bound, whatever the text means: the system gives a stack's memory only as it is used.
fn needed(source: &str) -> Option<usize> {
    let opening = source.bytes().filter(|byte| b"([{".contains(byte)).count();
    let brackets = opening.checked_mul(PER_BRACKET)?;
    source
        .len()
        .checked_mul(PER_BYTE)?
        .checked_add(brackets)?
        .checked_add(BASE)
}

/// What a level of brackets takes at most: 5.7 KB for `class{x=class{x=…}}` without optimisation.
const PER_BRACKET: usize = 8 * 1024;
/// What any other byte takes at most: 335 bytes for each of `!!!!…` without optimisation.
const PER_BYTE: usize = 512;
const BASE: usize = 1024 * 1024;
const MAX_STACK: usize = 1024 * 1024 * 1024;
