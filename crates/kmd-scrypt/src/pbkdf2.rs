//! PBKDF2-HMAC-SHA256 with one iteration, which is all that scrypt takes of it.
//!
//! The `pbkdf2` crate would leave each block's bytes behind on the stack; with one iteration there
//! is so little to it that the blocks can be written straight to where they belong.

use hmac::{Hmac, KeyInit, Mac, digest::FixedOutput};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes that one HMAC gives.
const DIGEST: usize = 32;

/// Bytes of the hash's block, and so of an HMAC key.
const KEY: usize = 64;

/// Fills `out`; its length is at most 32 * (2^32 - 1), which the caller has seen to.
pub(crate) fn pbkdf2(password: &[u8], salt: &[u8], out: &mut [u8]) {
    let salted = keyed(password).chain_update(salt);
    for (chunk, index) in out.chunks_mut(DIGEST).zip(1_u32..=u32::MAX) {
        let mac = salted.clone().chain_update(index.to_be_bytes());
        match <&mut [u8; DIGEST]>::try_from(&mut *chunk) {
            Ok(whole) => mac.finalize_into(whole.into()),
            Err(_) => {
                let mut last = Zeroizing::new([0; DIGEST]);
                mac.finalize_into((&mut *last).into());
                chunk.copy_from_slice(&last[..chunk.len()]);
            }
        }
    }
}

/// HMAC under a password of any length, made from a key of just the block's size: that way of
/// making it cannot fail.
fn keyed(password: &[u8]) -> Hmac<Sha256> {
    let mut key = Zeroizing::new([0; KEY]);
    match key.get_mut(..password.len()) {
        Some(start) => start.copy_from_slice(password),
        None => {
            let mut digest = Zeroizing::new([0; DIGEST]);
            Digest::finalize_into(Sha256::new_with_prefix(password), (&mut *digest).into());
            key[..DIGEST].copy_from_slice(&*digest);
        }
    }
    Hmac::new((&*key).into())
}
