//! The operating system's randomness.

use kmd_crypto::{Random, RandomError};

/// getrandom(2).
pub(crate) struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(bytes).map_err(|_| RandomError)
    }
}
