//! What hashes and ciphers leave on the stack: blocks of a password, words of a
//! key. Their values wipe themselves; where they were moved from, and what was
//! spilled from registers, nobody else wipes.

/// How much of the stack is wiped, in bytes: several times of what the work that
/// is done so was seen to write to.
const STACK_USED: usize = 8192;

/// Does work that must not return a secret by value, and wipes the stack that it used.
pub(crate) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let result = below(work);
    zeroize::zeroize_stack::<STACK_USED>();
    result
}

/// In a frame of its own, so that nothing of the work is in the frame of the caller.
#[inline(never)]
fn below<T>(work: impl FnOnce() -> T) -> T {
    work()
}
