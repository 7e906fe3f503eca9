//! Mnemonics: vectors of py-algorand-sdk, the reference's Falcon accounts, and damage.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use data_encoding::HEXLOWER;
use kmd_algorand::{MnemonicError, mnemonic_from_bytes, mnemonic_to_bytes};
use proptest::prelude::*;
use serde_json::Value;

include!("data/mnemonics.rs");

#[test]
fn vectors_of_the_sdk() {
    for (bytes, text) in VECTORS {
        let bytes: [u8; 32] = HEXLOWER.decode(bytes.as_bytes()).unwrap().try_into().unwrap();
        assert_eq!(mnemonic_from_bytes(&bytes).as_str(), text);
        assert_eq!(*mnemonic_to_bytes(text).unwrap(), bytes);
    }
}

#[test]
fn mnemonics_of_the_reference() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/falcon.jsonl");
    let mut checked = 0;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let account: Value = serde_json::from_str(line).unwrap();
        let text = account["mnemonic"].as_str().unwrap();
        let bytes = mnemonic_to_bytes(text).unwrap();
        assert_eq!(mnemonic_from_bytes(&bytes).as_str(), text);
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn white_space_and_case_do_not_matter() {
    let (_, text) = VECTORS[2];
    let untidy = format!("\t{}\r\n", text.to_uppercase().replace(' ', " \n "));
    assert_eq!(mnemonic_to_bytes(&untidy), mnemonic_to_bytes(text));
}

#[test]
fn says_what_is_wrong_and_quotes_nothing() {
    let (_, text) = VECTORS[6];
    let words: Vec<&str> = text.split(' ').collect();
    let with = |place: usize, word: &'static str| {
        let mut words = words.clone();
        words[place] = word;
        words.join(" ")
    };
    let unknown = |position, nearest| MnemonicError::WordNotInList { position, nearest };
    let cases = [
        (String::new(), MnemonicError::WrongWordCount(0)),
        (words[..24].join(" "), MnemonicError::WrongWordCount(24)),
        (format!("{text} abandon"), MnemonicError::WrongWordCount(26)),
        (with(0, "abandn"), unknown(1, "abandon")),
        (with(24, "zooo"), unknown(25, "zoo")),
        (with(3, "secretword"), unknown(4, "secret")),
        (with(24, "zoo"), MnemonicError::WrongChecksum),
        // The last secret word may only use three of its eleven bits.
        (with(23, "zoo"), MnemonicError::WrongChecksum),
    ];
    for (text, expected) in cases {
        assert_eq!(mnemonic_to_bytes(&text).unwrap_err(), expected);
    }
    let message = mnemonic_to_bytes(&with(3, "secretword")).unwrap_err().to_string();
    assert_eq!(message, "word 4 is not in the word list; the nearest one is \"secret\"");
}

#[test]
fn a_last_word_with_impossible_bits_is_refused_even_with_the_right_checksum() {
    // All zero: "abandon" 24 times; word 8 ("absurd", counted from 0) sets only a bit behind the
    // 32nd byte.
    let (_, text) = VECTORS[0];
    let mut words: Vec<&str> = text.split(' ').collect();
    assert_eq!(words[23], "abandon");
    words[23] = "absurd";
    assert_eq!(mnemonic_to_bytes(&words.join(" ")), Err(MnemonicError::WrongChecksum));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decodes_what_it_encodes(bytes: [u8; 32]) {
        prop_assert_eq!(*mnemonic_to_bytes(&mnemonic_from_bytes(&bytes)).unwrap(), bytes);
    }

    #[test]
    fn random_text_never_panics(text: String) {
        let _ = mnemonic_to_bytes(&text);
    }
}

/// A text that grows leaves a copy of the secret where it was.
#[test]
fn the_text_has_its_room_from_the_start() {
    for byte in 0..=255 {
        let text = mnemonic_from_bytes(&[byte; 32]);
        assert_eq!(text.capacity(), 25 * "mnemonic".len() + 24);
    }
}
