//! Whether an Ed25519 signature is right.
//!
//! The network checks signatures so that many can be checked at once: it multiplies by the cofactor
//! and refuses keys of small order. This here is stricter, on purpose: no cofactor, no small order
//! in key or signature, the scalar reduced. What passes here passes there. The other way round there
//! are exceptions, but none that a signer makes which follows RFC 8032: they take a key or a
//! signature that was made to be ambiguous.

use ed25519_dalek::{Signature, VerifyingKey};

/// Whether `signature` (64 bytes) is the key's (32 bytes) over `message`.
#[must_use]
pub fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public_key)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Seed, SigningKey};

    #[test]
    fn only_the_signature_of_this_key_over_this_message() {
        let key = SigningKey::from_seed(&Seed::from_slice(&[7; 32]).unwrap());
        let (public, signature) = (key.public_key(), key.sign(b"message"));
        assert!(verify(&public, b"message", &signature));
        assert!(!verify(&public, b"messagE", &signature));
        for bit in 0..512 {
            let mut damaged = signature;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(&public, b"message", &damaged), "bit {bit}");
        }
        for bit in 0..256 {
            let mut other = public;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(&other, b"message", &signature), "bit {bit}");
        }
    }

    #[test]
    fn a_key_that_accepts_everything_is_refused() {
        // The neutral element as key: with R = the neutral element too and s = 0 the equation holds for all messages.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!verify(&neutral, b"anything", &signature));
        assert!(!verify(&[0; 32], b"anything", &signature));
    }

    #[test]
    fn the_same_signature_in_another_spelling_is_refused() {
        // The order of the group, added to s.
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let key = SigningKey::from_seed(&Seed::from_slice(&[7; 32]).unwrap());
        let mut signature = key.sign(b"message");
        let mut carry = 0;
        for (byte, added) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(added) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
        assert!(!verify(&key.public_key(), b"message", &signature));
    }
}
