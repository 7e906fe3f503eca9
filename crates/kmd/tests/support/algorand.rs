//! The little of Algorand that a test checks the daemon against, written apart from the daemon's own.

use super::{canary, pack::Pack};
use data_encoding::{BASE32_NOPAD, BASE64};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256, Sha512_256};

pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

pub fn unbase64(text: &str) -> Vec<u8> {
    BASE64
        .decode(text.as_bytes())
        .unwrap_or_else(|error| panic!("{error} in {text}"))
}

pub fn address(public_key: &[u8]) -> String {
    let digest = Sha512_256::digest(public_key);
    BASE32_NOPAD.encode(&[public_key, &digest[28..]].concat())
}

/// The public key of an address whose checksum is right.
pub fn public_key(text: &str) -> [u8; 32] {
    let bytes = BASE32_NOPAD
        .decode(text.as_bytes())
        .unwrap_or_else(|error| panic!("{error} in address {text}"));
    let key: [u8; 32] = bytes[..32].try_into().unwrap();
    assert_eq!(address(&key), text, "the checksum of an address");
    key
}

/// The key that the golden data names by a label.
pub fn key_of_label(label: &str) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest(label).into())
}

/// Seed and public half, as `private_key` of the API.
pub fn private_key(key: &SigningKey) -> String {
    canary::learn("private key", key.as_bytes());
    base64(&key.to_keypair_bytes())
}

/// A canonical payment of this sender.
pub fn payment(sender: &[u8]) -> Vec<u8> {
    Pack::map([
        ("amt", 1000.into()),
        ("fee", 1000.into()),
        ("fv", 1.into()),
        ("gh", [7; 32].as_slice().into()),
        ("lv", 1001.into()),
        ("rcv", [9; 32].as_slice().into()),
        ("snd", sender.into()),
        ("type", "pay".into()),
    ])
    .encode()
}

/// Checks that a signed transaction is this transaction, signed by this key.
pub fn check_signed(signed: &[u8], transaction: &[u8], public_key: &[u8; 32]) {
    let envelope = Pack::decode(signed);
    assert_eq!(envelope.at("txn"), &Pack::decode(transaction));
    check_signature(public_key, &[b"TX", transaction].concat(), envelope.at("sig").bytes());
}

pub fn check_signature(public_key: &[u8; 32], message: &[u8], signature: &[u8]) {
    assert!(is_signature(public_key, message, signature), "a valid signature");
}

pub fn is_signature(public_key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let key = VerifyingKey::from_bytes(public_key).unwrap();
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

/// The seed of the derived key of this index: HKDF-Expand of one block with SHA-512/256.
pub fn derived_seed(master_derivation_key: &[u8], index: u64) -> [u8; 32] {
    let info = format!("AlgorandDeterministicKey-{index}");
    hmac(master_derivation_key, &[info.as_bytes(), &[1]].concat())
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 128];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha512_256::digest([block.map(|byte| byte ^ 0x36).as_slice(), message].concat());
    Sha512_256::digest([block.map(|byte| byte ^ 0x5c).as_slice(), &inner].concat()).into()
}
