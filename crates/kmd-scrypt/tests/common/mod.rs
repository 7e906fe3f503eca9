//! What the tests share.
#![allow(dead_code, clippy::unwrap_used)]

use core::num::NonZeroUsize;

use kmd_scrypt::{Backend, Kdf, Limits, Params};

/// Limits that allow anything.
pub const UNLIMITED: Limits = Limits {
    max_work: u128::MAX,
    max_memory: u128::MAX,
};

/// One function for each way of computing that this machine has.
pub fn kdfs(limits: Limits, threads: usize) -> Vec<(Backend, Kdf)> {
    let threads = NonZeroUsize::new(threads).unwrap();
    let of = |backend| (backend, Kdf::new(limits, threads).with_backend(backend));
    Backend::available().into_iter().map(of).collect()
}

/// A key of `length` bytes.
pub fn derive(kdf: &Kdf, password: &[u8], salt: &[u8], cost: (u64, u32, u32), length: usize) -> Vec<u8> {
    let (n, r, p) = cost;
    let mut out = vec![0; length];
    let params = Params::new(n, r, p).unwrap();
    kdf.derive(password, salt, &params, &mut out).unwrap();
    out
}

/// The same, from the crate `scrypt`.
pub fn oracle(password: &[u8], salt: &[u8], cost: (u64, u32, u32), length: usize) -> Vec<u8> {
    let (n, r, p) = cost;
    let params = scrypt::Params::new(n.trailing_zeros() as u8, r, p).unwrap();
    let mut out = vec![0; length];
    scrypt::scrypt(password, salt, &params, &mut out).unwrap();
    out
}

/// SplitMix64: numbers that are the same in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn bytes(&mut self, longest: u64) -> Vec<u8> {
        let length = self.below(longest + 1);
        (0..length).map(|_| self.next() as u8).collect()
    }
}
