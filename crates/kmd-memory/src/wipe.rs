//! Overwriting memory for good.

use core::ptr::NonNull;
use core::sync::atomic::{Ordering, compiler_fence};

/// Overwrites `len` bytes with zero, by writes that are not optimised out.
///
/// # Safety
///
/// They must be valid for writing, and no reference to them may be in use.
pub(crate) unsafe fn wipe(start: NonNull<u8>, len: usize) {
    const WORD: usize = size_of::<u64>();
    let head = start.align_offset(WORD).min(len);
    let words = (len - head) / WORD;
    for at in 0..head {
        // SAFETY: `at` is less than `len`.
        let byte = unsafe { start.add(at) };
        // SAFETY: one of the bytes, which are valid for writing.
        unsafe { byte.write_volatile(0) };
    }
    for word in 0..words {
        // SAFETY: all of the word is before `head + words * WORD`, which is at most `len`.
        let word = unsafe { start.add(head + word * WORD) }.cast::<u64>();
        // SAFETY: of the bytes, which are valid for writing, and aligned, as `head` says.
        unsafe { word.write_volatile(0) };
    }
    for at in head + words * WORD..len {
        // SAFETY: `at` is less than `len`.
        let byte = unsafe { start.add(at) };
        // SAFETY: one of the bytes, which are valid for writing.
        unsafe { byte.write_volatile(0) };
    }
    // Nothing that follows, such as giving the memory back, moves before the writes.
    compiler_fence(Ordering::SeqCst);
}
