//! That a secret is as it was written, whatever happens to others.

use std::sync::mpsc;

use kmd_memory::{Secret, SecretSlice};
use proptest::prelude::*;

/// Bytes that are different for each number.
fn pattern(number: u64, len: usize) -> impl Iterator<Item = u8> {
    (0..len).map(move |at| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(at as u32) >> 32) as u8 | 1)
}

/// A secret made of such bytes, and what is asked of it.
struct Written {
    number: u64,
    secret: SecretSlice,
}

impl Written {
    fn new(number: u64, len: usize) -> Self {
        let mut secret = SecretSlice::zeroed(len);
        assert!(secret.iter().all(|byte| *byte == 0), "{len} bytes that are not zero");
        for (to, from) in secret.iter_mut().zip(pattern(number, len)) {
            *to = from;
        }
        Self { number, secret }
    }

    fn check(&self) {
        assert!(self.secret.iter().copied().eq(pattern(self.number, self.secret.len())));
    }
}

#[derive(Clone, Debug)]
enum Step {
    Make { len: usize },
    Drop { which: prop::sample::Index },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let len = prop_oneof![4 => 0_usize..300, 2 => 300_usize..5000, 1 => 5000_usize..40_000];
    let step = prop_oneof![
        3 => len.prop_map(|len| Step::Make { len }),
        2 => any::<prop::sample::Index>().prop_map(|which| Step::Drop { which }),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn contents_stay(steps in steps()) {
        let mut all: Vec<Written> = Vec::new();
        for (number, step) in (0..).zip(steps) {
            match step {
                Step::Make { len } => all.push(Written::new(number, len)),
                Step::Drop { which } if !all.is_empty() => {
                    let which = which.index(all.len());
                    all.swap_remove(which).check();
                }
                Step::Drop { .. } => {}
            }
        }
        for written in &all {
            written.check();
        }
        let mut ranges: Vec<_> = all.iter().map(|written| written.secret.as_ptr_range()).collect();
        ranges.retain(|range| !range.is_empty());
        ranges.sort_by_key(|range| range.start);
        prop_assert!(ranges.is_sorted_by(|one, next| one.end <= next.start));
    }
}

#[test]
fn threads() {
    let (threads, rounds) = (8, 3_000_u64);
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..threads).map(|_| mpsc::channel::<Written>()).unzip();
    std::thread::scope(|scope| {
        for (thread, receiver) in receivers.into_iter().enumerate() {
            let next = senders[(thread + 1) % threads].clone();
            scope.spawn(move || {
                let mut held: Vec<Written> = Vec::new();
                let mut random = thread as u64 + 1;
                for round in 0..rounds {
                    random = random
                        .wrapping_mul(6364136223846793005)
                        .wrapping_add(1442695040888963407);
                    let number = (thread as u64) << 32 | round;
                    let len = match random >> 60 {
                        0 => 4097,
                        1..4 => 1000,
                        _ => (random >> 40) as usize % 200,
                    };
                    held.push(Written::new(number, len));
                    if held.len() > 100 {
                        let which = (random >> 33) as usize % held.len();
                        let written = held.swap_remove(which);
                        written.check();
                        // Half of them are dropped by another thread.
                        if random >> 63 == 0 {
                            let _ = next.send(written);
                        }
                    }
                    while let Ok(written) = receiver.try_recv() {
                        written.check();
                    }
                }
                held.iter().for_each(Written::check);
            });
        }
        drop(senders);
    });
}

#[test]
fn alignment() {
    #[repr(align(16))]
    struct Sixteen([u8; 16]);
    #[repr(align(64))]
    struct Line([u8; 65]);
    #[repr(align(4096))]
    struct Page([u8; 4096]);
    #[repr(align(4096))]
    struct Pages([u8; 8192]);

    fn aligned<T>(make: impl Fn() -> T, last: impl Fn(&T) -> u8) {
        let secrets: Vec<_> = (0..100).map(|_| Secret::new(make())).collect();
        for secret in &secrets {
            assert!((&raw const **secret).is_aligned());
            assert_eq!(last(secret), 7);
        }
    }
    aligned(|| 7_u8, |value| *value);
    aligned(|| 7_u128, |value| *value as u8);
    aligned(|| Sixteen([7; 16]), |value| value.0[15]);
    aligned(|| Line([7; 65]), |value| value.0[64]);
    aligned(|| Page([7; 4096]), |value| value.0[4095]);
    aligned(|| Pages([7; 8192]), |value| value.0[8191]);
}

#[test]
fn nothing_at_all() {
    let unit = Secret::new(());
    let empty = SecretSlice::zeroed(0);
    let none = Secret::<[u64; 0]>::zeroed();
    assert_eq!((*unit, &*empty, &*none), ((), &[][..], &[]));
}

#[test]
fn copies() {
    let (array, bytes) = ([3; 40], [4; 50]);
    assert_eq!(*Secret::copy_of(&array), array);
    assert_eq!(*SecretSlice::copy_of(&bytes), bytes);
    let mut secret = Secret::<[[u16; 3]; 5]>::zeroed();
    assert_eq!(*secret, [[0; 3]; 5]);
    secret[4][2] = 1;
    assert_eq!(secret[4], [0, 0, 1]);
}

#[test]
fn nothing_is_shown() {
    assert_eq!(format!("{:?}", Secret::new([1_u8; 32])), "Secret { .. }");
    assert_eq!(format!("{:?}", SecretSlice::copy_of(b"secret")), "SecretSlice { .. }");
}

#[test]
#[should_panic(expected = "a secret of 18446744073709551615 bytes")]
#[cfg(target_pointer_width = "64")]
fn too_large() {
    let _ = SecretSlice::zeroed(usize::MAX);
}

#[test]
fn sent_and_shared_as_the_value_is() {
    fn sent_and_shared<T: Send + Sync + std::panic::UnwindSafe + zeroize::ZeroizeOnDrop>() {}
    sent_and_shared::<Secret<[u8; 32]>>();
    sent_and_shared::<SecretSlice>();
}
