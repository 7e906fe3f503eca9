//! Envelopes as they may lie in a file, and handles as they may be sent.

use std::sync::{Arc, LazyLock};

use kmd_core::HandleToken;
use kmd_crypto::{
    Content, KdfFloor, KdfLimits, MasterDerivationKey, MasterKey, PasswordKdf, PasswordKdfSettings, PrivateKey, Seed,
    SigningKey, open, open_master_key, open_max_key_index, seal,
};
use kmd_wallet::contract::TestRandom;
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit;
use salsa20::XSalsa20;
use salsa20::cipher::{KeyIvInit, StreamCipher};

/// A KDF that refuses what would take long.
pub(crate) static KDF: LazyLock<Arc<PasswordKdf>> = LazyLock::new(|| {
    Arc::new(PasswordKdf::new(PasswordKdfSettings {
        limits: KdfLimits {
            max_work: 64,
            max_memory: 1 << 20,
        },
        floor: KdfFloor::NONE,
        parallel: 1.try_into().unwrap(),
        queue: 1,
        threads: 1.try_into().unwrap(),
    }))
});

const CONTENTS: [Content; 4] = [
    Content::MasterKey,
    Content::MasterDerivationKey,
    Content::SecretKey,
    Content::MaxKeyIndex,
];
const KEY: [u8; 32] = [1; 32];
const NONCE: [u8; 24] = [2; 24];

/// An envelope from a file, what one holds, and what that holds.
pub fn envelope(bytes: &[u8]) {
    let key = MasterKey::from_slice(&KEY).unwrap();
    open_as_everything(&key, bytes);
    let _ = open_master_key(&KDF, b"", bytes);
    open_as_everything(&key, &around(bytes));

    let random = TestRandom::default();
    for content in CONTENTS {
        let sealed = seal(&key, content, bytes, &random).unwrap();
        assert_eq!(open(&key, content, &sealed).unwrap().expose(), bytes);
        open_as_everything(&key, &sealed);
    }
}

fn open_as_everything(key: &MasterKey, envelope: &[u8]) {
    let opened = CONTENTS.map(|content| open(key, content, envelope).is_ok());
    let count = opened.iter().filter(|opened| **opened).count();
    assert!(count <= 1, "one secret passes for another: {opened:?}");
    let _ = MasterDerivationKey::open(key, envelope);
    let _ = open_max_key_index(key, envelope);
    if let Ok(private) = PrivateKey::open(key, envelope) {
        let again = SigningKey::from_seed(&private.seed()).private_key();
        assert_eq!(again.expose()[..32], private.expose()[..32]);
        let _ = Seed::from_slice(private.expose());
    }
}

/// An envelope that opens, with these bytes in the place of what was sealed: a
/// second implementation of the format, since ours cannot write a wrong one.
fn around(inner: &[u8]) -> Vec<u8> {
    let mut cipher = XSalsa20::new(&KEY.into(), &NONCE.into());
    let mut mac_key = [0; 32];
    cipher.apply_keystream(&mut mac_key);
    let mut ciphertext = inner.to_vec();
    cipher.apply_keystream(&mut ciphertext);
    let tag: [u8; 16] = Poly1305::new(&mac_key.into()).compute_unpadded(&ciphertext).into();

    let mut envelope = b"\x87\xaaciphertext\xc6".to_vec();
    let length = u32::try_from(tag.len() + ciphertext.len()).unwrap();
    envelope.extend(length.to_be_bytes());
    envelope.extend(tag);
    envelope.extend(ciphertext);
    envelope.extend(b"\xa9do_scrypt\xc2\xa5nonce\xc4\x18");
    envelope.extend(NONCE);
    envelope.extend(b"\xa4salt\xc4\x20");
    envelope.extend([0; 32]);
    envelope.extend(b"\xa8scrypt_n\x00\xa8scrypt_p\x00\xa8scrypt_r\x00");
    envelope
}

/// A wallet handle: what is understood is what is written, in lower case.
pub fn handle_token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(token) = HandleToken::parse(text) {
        assert_eq!(token.expose().expose(), text.to_lowercase().as_bytes());
    }
}
