//! SHA-512/256, the hash of everything in Algorand. One place names the crate that computes it.

use sha2::{Digest, Sha512_256};

/// SHA-512/256 (FIPS 180-4) of the parts, one after the other: 32 bytes.
///
/// Parts, because nearly every use puts a domain prefix in front, and joining them first would
/// copy.
#[must_use]
pub fn sha512_256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha512_256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    #[test]
    fn matches_the_published_example() {
        // FIPS 180-4 example: SHA-512/256("abc").
        let expected = "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23";
        assert_eq!(HEXLOWER.encode(&sha512_256(&[b"abc"])), expected);
        assert_eq!(sha512_256(&[b"a", b"", b"bc"]), sha512_256(&[b"abc"]));
    }
}
