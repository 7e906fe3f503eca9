//! The operating system's randomness.

use kmd_crypto::{Random, RandomError};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// getrandom(2), called as it is. Libraries look for the C library's function first
/// and read files of `/dev` where they do not find it, as in a binary that is linked
/// statically: those are out of reach in the sandbox.
pub(crate) struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match getrandom(&mut *rest, GetRandomFlags::empty()) {
                Ok(0) => return Err(RandomError),
                Ok(count) => rest = &mut rest[count..],
                Err(Errno::INTR) => {}
                Err(_) => return Err(RandomError),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_filled_and_with_something_else_each_time() {
        for length in [0, 1, 16, 255, 256, 257, 1 << 20] {
            let [mut one, mut other] = [0, 1].map(|_| vec![0; length]);
            OsRandom.fill(&mut one).unwrap();
            OsRandom.fill(&mut other).unwrap();
            assert!(length < 16 || one != other, "{length}");
            let zeros = one.chunks_exact(16).filter(|chunk| **chunk == [0; 16]).count();
            assert_eq!(zeros, 0, "{length}");
        }
    }
}
