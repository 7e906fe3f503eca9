//! Envelopes: the reference's bytes, and that each opens with its own key as
//! its own type only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::num::NonZeroUsize;

use kmd_crypto::{
    Content, EnvelopeError, KdfError, KdfFloor, KdfLimits, KdfParams, MasterDerivationKey, MasterKey, PasswordKdf,
    PasswordKdfSettings, PrivateKey, Random, RandomError, Seed, SigningKey, open, open_master_key, open_max_key_index,
    seal, seal_master_key, seal_max_key_index,
};
use proptest::prelude::*;

/// "Random" bytes that are all the same.
struct Same(u8);

impl Random for Same {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        bytes.fill(self.0);
        Ok(())
    }
}

struct Broken;

impl Random for Broken {
    fn fill(&self, _bytes: &mut [u8]) -> Result<(), RandomError> {
        Err(RandomError)
    }
}

fn kdf(limits: KdfLimits) -> PasswordKdf {
    PasswordKdf::new(PasswordKdfSettings {
        limits,
        floor: KdfFloor::NONE,
        parallel: NonZeroUsize::MIN,
        queue: 1,
        threads: NonZeroUsize::MIN,
    })
}

fn cheap() -> KdfParams {
    KdfParams::new(2, 1, 1).unwrap()
}

fn key(byte: u8) -> MasterKey {
    MasterKey::from_fn(|key| key.fill(byte))
}

const CONTENTS: [Content; 4] = [
    Content::MasterKey,
    Content::MasterDerivationKey,
    Content::SecretKey,
    Content::MaxKeyIndex,
];

#[test]
fn the_map_is_the_reference_s() {
    let envelope = seal(&key(1), Content::SecretKey, b"x", &Same(7)).unwrap();
    let mut expected = b"\x87\xaaciphertext\xc4\x38".to_vec();
    let ciphertext_at = expected.len();
    expected.extend_from_slice(&envelope[ciphertext_at..ciphertext_at + 56]);
    expected.extend_from_slice(b"\xa9do_scrypt\xc2\xa5nonce\xc4\x18");
    expected.extend_from_slice(&[7; 24]);
    expected.extend_from_slice(b"\xa4salt\xc4\x20");
    expected.extend_from_slice(&[0; 32]);
    expected.extend_from_slice(b"\xa8scrypt_n\x00\xa8scrypt_p\x00\xa8scrypt_r\x00");
    assert_eq!(envelope, expected);
}

#[test]
fn the_map_of_a_password_names_its_kdf() {
    let params = KdfParams::new(16, 1, 3).unwrap();
    let envelope = seal_master_key(&kdf(KdfLimits::default()), params, b"pw", &key(2), &Same(9)).unwrap();
    let end = b"\xa9do_scrypt\xc3\xa5nonce\xc4\x18";
    let at = envelope.windows(end.len()).position(|window| window == end).unwrap();
    let mut expected = vec![9; 24];
    expected.extend_from_slice(b"\xa4salt\xc4\x20");
    expected.extend_from_slice(&[9; 32]);
    expected.extend_from_slice(b"\xa8scrypt_n\x10\xa8scrypt_p\x03\xa8scrypt_r\x01");
    assert_eq!(envelope[at + end.len()..], expected);
}

#[test]
fn each_secret_comes_back() {
    let master = key(3);
    let random = Same(5);
    let derivation = MasterDerivationKey::from_fn(|key| key.fill(4));
    let envelope = derivation.seal(&master, &random).unwrap();
    assert_eq!(
        MasterDerivationKey::open(&master, &envelope).unwrap().expose(),
        derivation.expose()
    );
    let private = SigningKey::from_seed(&Seed::from_fn(|seed| seed.fill(6))).private_key();
    let envelope = private.seal(&master, &random).unwrap();
    assert_eq!(PrivateKey::open(&master, &envelope).unwrap().expose(), private.expose());
    for index in [0, 1, 127, 128, 65_536, u64::MAX] {
        let envelope = seal_max_key_index(&master, index, &random).unwrap();
        assert_eq!(open_max_key_index(&master, &envelope).unwrap(), index);
    }
    let kdf = kdf(KdfLimits::default());
    let envelope = seal_master_key(&kdf, cheap(), b"pw", &master, &random).unwrap();
    assert_eq!(
        open_master_key(&kdf, b"pw", &envelope).unwrap().expose(),
        master.expose()
    );
}

#[test]
fn an_envelope_opens_as_its_own_type_only() {
    for sealed in CONTENTS {
        let envelope = seal(&key(1), sealed, &[1; 32], &Same(1)).unwrap();
        for asked in CONTENTS {
            let opened = open(&key(1), asked, &envelope);
            if asked == sealed {
                assert_eq!(opened.unwrap().expose(), [1; 32]);
            } else {
                assert!(
                    matches!(opened, Err(EnvelopeError::WrongType)),
                    "{sealed:?} as {asked:?}"
                );
            }
        }
    }
}

#[test]
fn an_envelope_ends_where_it_ends() {
    let mut envelope = seal(&key(1), Content::SecretKey, b"plaintext", &Same(2)).unwrap();
    assert!(open(&key(1), Content::SecretKey, &envelope).is_ok());
    envelope.push(0);
    let opened = open(&key(1), Content::SecretKey, &envelope);
    assert!(matches!(opened, Err(EnvelopeError::Malformed)), "{opened:?}");
}

#[test]
fn too_costly_parameters_are_refused_before_any_work() {
    let kdf = kdf(KdfLimits::default());
    let envelope = seal_master_key(&kdf, cheap(), b"pw", &key(1), &Same(1)).unwrap();
    // scrypt_n 2 becomes 2^60, in an integer of its own width.
    let at = envelope
        .windows(9)
        .position(|window| window == b"\xa8scrypt_n")
        .unwrap()
        + 9;
    let mut crafted = envelope[..at].to_vec();
    crafted.extend_from_slice(b"\xcf\x10\x00\x00\x00\x00\x00\x00\x00");
    crafted.extend_from_slice(&envelope[at + 1..]);
    let refused = open_master_key(&kdf, b"pw", &crafted);
    assert!(
        matches!(
            refused,
            Err(EnvelopeError::Kdf(KdfError::Params(_) | KdfError::Scrypt(_)))
        ),
        "{refused:?}"
    );
}

#[test]
fn without_randomness_nothing_is_sealed() {
    assert!(matches!(
        seal(&key(1), Content::SecretKey, b"x", &Broken),
        Err(EnvelopeError::Random(_))
    ));
}

proptest! {
    #[test]
    fn only_its_key_opens_an_envelope(sealed in any::<[u8; 32]>(), other in any::<[u8; 32]>(), plaintext in any::<Vec<u8>>()) {
        let [sealed, other] = [sealed, other].map(|bytes| MasterKey::from_slice(&bytes).unwrap());
        let envelope = seal(&sealed, Content::SecretKey, &plaintext, &Same(3)).unwrap();
        let opened = open(&sealed, Content::SecretKey, &envelope).unwrap();
        prop_assert_eq!(opened.expose(), plaintext);
        if sealed.expose() != other.expose() {
            prop_assert!(matches!(open(&other, Content::SecretKey, &envelope), Err(EnvelopeError::WrongKey)));
        }
    }

    #[test]
    fn only_its_password_opens_a_master_key(password in any::<Vec<u8>>(), other in any::<Vec<u8>>()) {
        let kdf = kdf(KdfLimits::default());
        let envelope = seal_master_key(&kdf, cheap(), &password, &key(8), &Same(3)).unwrap();
        let opened = open_master_key(&kdf, &password, &envelope).unwrap();
        prop_assert_eq!(opened.expose(), &[8; 32]);
        // HMAC pads keys with zeros, so passwords that differ in trailing zeros are one.
        let trimmed = |bytes: &[u8]| bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        if password[..trimmed(&password)] != other[..trimmed(&other)] {
            prop_assert!(open_master_key(&kdf, &other, &envelope).is_err());
        }
    }

    #[test]
    fn a_flipped_byte_never_opens_as_something_else(position in 0usize..209, flip in 1u8..=255) {
        let private = SigningKey::from_seed(&Seed::from_fn(|seed| seed.fill(6))).private_key();
        let mut envelope = private.seal(&key(1), &Same(2)).unwrap();
        let position = position % envelope.len();
        envelope[position] ^= flip;
        if let Ok(opened) = PrivateKey::open(&key(1), &envelope) {
            // Fields that are not used without scrypt may change.
            prop_assert_eq!(opened.expose(), private.expose());
        }
    }

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in any::<Vec<u8>>()) {
        prop_assert!(open(&key(1), Content::SecretKey, &bytes).is_err());
        prop_assert!(open_master_key(&kdf(KdfLimits::default()), b"pw", &bytes).is_err());
    }
}
