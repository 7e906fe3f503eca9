//! The search itself: one that finds nothing shows nothing unless it can find.

use crate::support::secrets::{Secrets, escaped, swapped};
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha512};

#[test]
fn every_spelling_is_found_wherever_it_is() {
    let key = SigningKey::from_bytes(&std::array::from_fn(|index| 0x9d ^ (index as u8).wrapping_mul(37)));
    let seed = key.as_bytes();
    let mut secrets = Secrets::default();
    secrets.add_key("key", &key);
    let expanded: [u8; 64] = Sha512::digest(seed).into();
    let pair = key.to_keypair_bytes();
    let planted: [(&str, Vec<u8>); 13] = [
        ("raw", seed.to_vec()),
        ("half", seed[16..].to_vec()),
        ("hex", HEXLOWER.encode(seed).into_bytes()),
        ("upper hex", HEXUPPER.encode(seed).into_bytes()),
        ("base64", BASE64.encode(&pair).into_bytes()),
        (
            "base64 after one byte",
            BASE64.encode(&[&[1], &pair[..]].concat()).into_bytes(),
        ),
        (
            "base64 after two bytes",
            BASE64.encode(&[&[1, 2], &pair[..]].concat()).into_bytes(),
        ),
        ("numbers", serde_json::to_vec(&seed[..]).unwrap()),
        ("prefix", expanded[32..].to_vec()),
        ("scalar", key.to_scalar_bytes().to_vec()),
        ("a pad", seed.iter().map(|byte| byte ^ 0x5c).collect()),
        ("words", swapped(seed, 8)),
        ("escapes", seed.iter().flat_map(escaped).collect()),
    ];
    let needles = secrets.needles();
    for (name, bytes) in planted {
        for at in 0..20 {
            let mut memory = vec![b'x'; 300];
            assert_eq!(needles.search(&memory).count(), 0);
            memory.splice(at..at, bytes.iter().copied());
            assert!(needles.search(&memory).next().is_some(), "{name} at {at}");
        }
    }
}
