//! NaCl secretbox: XSalsa20-Poly1305, tag before the ciphertext.
//!
//! Put together from the maintained parts; there is no maintained whole for
//! this generation of the RustCrypto crates. The first 32 bytes of the key
//! stream key Poly1305, the rest encrypts.

use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit;
use salsa20::XSalsa20;
use salsa20::cipher::{KeyIvInit, StreamCipher};
use subtle::ConstantTimeEq;

use crate::secret::{MasterKey, SecretArray, SecretVec};
use crate::stack::wiped;

/// Length of a nonce in bytes.
pub(crate) const NONCE: usize = 24;
/// Length of the authentication tag in bytes.
pub(crate) const TAG: usize = 16;

/// Encrypts: tag ‖ ciphertext.
pub(crate) fn seal(key: &MasterKey, nonce: &[u8; NONCE], plaintext: &[u8]) -> Vec<u8> {
    wiped(|| seal_here(key, nonce, plaintext))
}

fn seal_here(key: &MasterKey, nonce: &[u8; NONCE], plaintext: &[u8]) -> Vec<u8> {
    let (mut cipher, mac_key) = begin(key, nonce);
    let mut sealed = vec![0; TAG + plaintext.len()];
    let (tag, ciphertext) = sealed.split_at_mut(TAG);
    // Encrypted where it will lie, so that no second copy of the plaintext exists.
    ciphertext.copy_from_slice(plaintext);
    cipher.apply_keystream(ciphertext);
    tag.copy_from_slice(&authenticate(&mac_key, ciphertext));
    sealed
}

/// Decrypts, `None` when key or bytes are not the right ones.
pub(crate) fn open(key: &MasterKey, nonce: &[u8; NONCE], sealed: &[u8]) -> Option<SecretVec> {
    wiped(|| open_here(key, nonce, sealed))
}

fn open_here(key: &MasterKey, nonce: &[u8; NONCE], sealed: &[u8]) -> Option<SecretVec> {
    let (tag, ciphertext) = sealed.split_at_checked(TAG)?;
    let (mut cipher, mac_key) = begin(key, nonce);
    if !bool::from(authenticate(&mac_key, ciphertext).ct_eq(tag)) {
        return None;
    }
    let mut plaintext = SecretVec::from_slice(ciphertext);
    cipher.apply_keystream(plaintext.expose_mut());
    Some(plaintext)
}

fn begin(key: &MasterKey, nonce: &[u8; NONCE]) -> (XSalsa20, SecretArray<32>) {
    let mut cipher = XSalsa20::new(key.expose().into(), nonce.into());
    let mac_key = SecretArray::from_fn(|mac_key| cipher.apply_keystream(mac_key));
    (cipher, mac_key)
}

fn authenticate(mac_key: &SecretArray<32>, ciphertext: &[u8]) -> [u8; TAG] {
    Poly1305::new(mac_key.expose().into())
        .compute_unpadded(ciphertext)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the NaCl distribution, tests/secretbox.c: key, nonce and message of
    /// the paper "Cryptography in NaCl", section 10.
    #[test]
    fn nacl_vector() {
        let key = MasterKey::from_slice(&[
            0x1b, 0x27, 0x55, 0x64, 0x73, 0xe9, 0x85, 0xd4, 0x62, 0xcd, 0x51, 0x19, 0x7a, 0x9a, 0x46, 0xc7, 0x60, 0x09,
            0x54, 0x9e, 0xac, 0x64, 0x74, 0xf2, 0x06, 0xc4, 0xee, 0x08, 0x44, 0xf6, 0x83, 0x89,
        ])
        .unwrap();
        let nonce = [
            0x69, 0x69, 0x6e, 0xe9, 0x55, 0xb6, 0x2b, 0x73, 0xcd, 0x62, 0xbd, 0xa8, 0x75, 0xfc, 0x73, 0xd6, 0x82, 0x19,
            0xe0, 0x03, 0x6b, 0x7a, 0x0b, 0x37,
        ];
        let message = [
            0xbe, 0x07, 0x5f, 0xc5, 0x3c, 0x81, 0xf2, 0xd5, 0xcf, 0x14, 0x13, 0x16, 0xeb, 0xeb, 0x0c, 0x7b,
        ];
        let sealed = seal(&key, &nonce, &message);
        assert_eq!(
            &sealed[TAG..],
            [
                0x8e, 0x99, 0x3b, 0x9f, 0x48, 0x68, 0x12, 0x73, 0xc2, 0x96, 0x50, 0xba, 0x32, 0xfc, 0x76, 0xce
            ]
        );
        assert_eq!(open(&key, &nonce, &sealed).unwrap().expose(), message);
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        let key = MasterKey::from_fn(|key| key.fill(7));
        let sealed = seal(&key, &[9; NONCE], b"attack at dawn");
        for position in 0..sealed.len() * 8 {
            let mut damaged = sealed.clone();
            damaged[position / 8] ^= 1 << (position % 8);
            assert!(open(&key, &[9; NONCE], &damaged).is_none(), "bit {position}");
        }
        for length in 0..sealed.len() {
            assert!(open(&key, &[9; NONCE], &sealed[..length]).is_none(), "length {length}");
        }
    }
}
