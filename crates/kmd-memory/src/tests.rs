//! What can only be seen from within.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use core::cell::RefCell;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::wipe::wipe;
use crate::{Secret, SecretSlice};

thread_local! {
    /// The bytes of each block that this thread wiped, as they were just before it was given back.
    static RELEASED: RefCell<Vec<(usize, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
}

/// Told by each block that is wiped and about to be given back.
pub(crate) fn released(start: NonNull<u8>, len: usize) {
    // SAFETY: the block is there until this returns, and was written to, all of it, by wiping.
    let bytes = unsafe { NonNull::slice_from_raw_parts(start, len).as_ref() };
    RELEASED.with_borrow_mut(|released| released.push((start.addr().get(), bytes.to_vec())));
}

/// The block at this address as it was when it was given back.
fn block_at(start: *const u8) -> Vec<u8> {
    RELEASED.with_borrow_mut(|released| {
        let at = released.iter().rposition(|(address, _)| *address == start.addr());
        released.remove(at.expect("a block that was given back")).1
    })
}

#[test]
fn wiped_on_drop() {
    for len in [1, 31, 32, 33, 96, 100, 200, 4096, 4097, 70_000] {
        let mut secret = SecretSlice::zeroed(len);
        secret.fill(0xa5);
        let start = secret.as_ptr();
        drop(secret);
        let bytes = block_at(start);
        assert!(bytes.len() >= len);
        assert!(bytes.iter().all(|byte| *byte == 0), "{len}");
    }
    let secret = Secret::new([0x5a_u8; 64]);
    let start = secret.as_ptr();
    drop(secret);
    assert_eq!(block_at(start), [0; 64]);
}

#[test]
fn values_are_dropped_and_then_wiped() {
    struct Loud<'a> {
        bytes: [u8; 70],
        dropped: &'a RefCell<Vec<u8>>,
        panics: bool,
    }
    impl Drop for Loud<'_> {
        fn drop(&mut self) {
            self.dropped.borrow_mut().push(self.bytes[69]);
            self.bytes.fill(0xdd);
            assert!(!self.panics, "as asked to");
        }
    }
    let dropped = RefCell::new(Vec::new());
    for panics in [false, true] {
        let mut secret = Secret::new(Loud {
            bytes: [1; 70],
            dropped: &dropped,
            panics,
        });
        secret.bytes[69] = 42 + u8::from(panics);
        let start = (&raw const *secret).cast();
        let result = catch_unwind(AssertUnwindSafe(|| drop(secret)));
        assert_eq!(result.is_err(), panics);
        let bytes = block_at(start);
        assert!(bytes.len() >= 70 && bytes.iter().all(|byte| *byte == 0));
    }
    assert_eq!(*dropped.borrow(), [42, 43]);
}

#[test]
fn wiping_touches_nothing_else() {
    for start in 0..17 {
        for len in 0..40 {
            let mut bytes = [0xee_u8; 64];
            let at = NonNull::from(&mut bytes[start..]).cast();
            // SAFETY: `start + len` is less than 64, and `bytes` is not referred to meanwhile.
            unsafe { wipe(at, len) };
            let expected: Vec<_> = (0..64)
                .map(|at| if (start..start + len).contains(&at) { 0 } else { 0xee })
                .collect();
            assert_eq!(bytes[..], expected);
        }
    }
}

#[test]
fn size_of_what_points_there() {
    assert!(size_of::<Secret<[u8; 64]>>() <= 32);
    assert!(size_of::<Option<Secret<[u8; 64]>>>() <= 32);
    assert!(size_of::<SecretSlice>() <= 40);
}
