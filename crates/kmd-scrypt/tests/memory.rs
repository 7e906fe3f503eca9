//! How much memory is used, alone in its process so that it can be measured.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod common;

use core::num::NonZeroUsize;

use common::{derive, oracle};
use kmd_scrypt::{Kdf, Limits};

/// A line of `/proc/self/status`, in KiB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.unwrap().trim_start_matches(':').trim_end_matches("kB");
    number.trim().parse().unwrap()
}

/// Eight at once share the threads, and so the memory: no more than for one, and all of it is given
/// back.
#[test]
fn eight_at_once() {
    let kdf = Kdf::new(Limits::default(), NonZeroUsize::new(2).unwrap());
    let cost = (65536, 1, 16);
    let expected = oracle(b"password", b"salt", cost, 32);
    if status("VmSize") > 1 << 30 {
        return println!("skipped: a sanitizer's memory would be measured too");
    }
    let before = status("VmRSS");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(derive(&kdf, b"password", b"salt", cost, 32), expected));
        }
    });
    let (most, after) = (status("VmHWM"), status("VmRSS"));
    println!("before {before} KiB, at most {most} KiB, after {after} KiB");
    assert!(most > 16 << 10, "the mapping was not measured");
    assert!(after < before + (8 << 10));
    assert!(most < before + (140 << 10));
}
