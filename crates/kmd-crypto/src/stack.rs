//! What hashes and ciphers leave on the stack: blocks of a password, words of a
//! key. Their values wipe themselves; where they were moved from, and what was
//! spilled from registers, nobody else wipes.

/// How much of the stack is wiped, in bytes: several times of what the work that
/// is done so was seen to write to.
const STACK_USED: usize = 8192;

/// Does work that must not return a secret by value, and wipes the stack that it used.
pub(crate) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    // Also where the work panics.
    let _wipes = Wipes;
    below(work)
}

/// Wipes the stack below the frame in which it is dropped.
struct Wipes;

impl Drop for Wipes {
    fn drop(&mut self) {
        zeroize::zeroize_stack::<STACK_USED>();
    }
}

/// In a frame of its own, so that nothing of the work is in the frame of the caller.
#[inline(never)]
fn below<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::panic, reason = "it is what is tested")]
    fn work_that_panics_does_so_still() {
        let panicked = std::panic::catch_unwind(|| wiped(|| -> u8 { panic!("a test") }));
        assert!(panicked.is_err());
        assert_eq!(wiped(|| 5), 5);
    }
}
