//! Multisig accounts and partial signatures: the recordings, and what must hold for any.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use data_encoding::BASE64;
use kmd_algorand::{Address, Multisig, MultisigError, MultisigPreimage, PublicKey, Signature, Subsig};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/");

fn golden(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(format!("{GOLDEN}{name}")).unwrap()).unwrap()
}

fn base64<const N: usize>(value: &Value) -> Option<[u8; N]> {
    BASE64.decode(value.as_str()?.as_bytes()).ok()?.try_into().ok()
}

fn number(value: &Value) -> u8 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn keys(value: &Value) -> Option<Vec<PublicKey>> {
    value
        .as_array()?
        .iter()
        .map(|key| base64(key).map(PublicKey::from_bytes))
        .collect()
}

#[test]
fn addresses_of_the_wallets_are_their_preimages() {
    let manifest = golden("wallets/manifest.json");
    let wallets = manifest.as_array().unwrap();
    let accounts = wallets.iter().filter_map(|w| w["multisig"].as_object()).flatten();
    let mut checked = 0;
    for (address, preimage) in accounts {
        let (version, threshold) = (&preimage["multisig_version"], &preimage["threshold"]);
        let keys = keys(&preimage["pks"]).unwrap();
        let made = MultisigPreimage::new(number(version), number(threshold), keys).unwrap();
        assert_eq!(made.address().to_string(), *address);
        assert_eq!((made.version(), made.threshold()), (number(version), number(threshold)));
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn addresses_of_the_wallets_are_read_as_written() {
    let manifest = golden("wallets/manifest.json");
    let wallets = manifest.as_array().unwrap();
    let lists = wallets.iter().filter_map(|w| w["addresses_in_list_order"].as_array());
    let mut checked = 0;
    for text in lists.flatten().map(|text| text.as_str().unwrap()) {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        checked += 1;
    }
    assert!(checked > 10);
}

/// Request body and answer of each recorded step that answered.
fn recorded_steps() -> Vec<(Value, Value)> {
    let transcript = golden("transcripts/multisig.json");
    let parse = |step: &Value, side: &str| -> Option<Value> { serde_json::from_str(step[side]["body"].as_str()?).ok() };
    let steps = transcript["steps"].as_array().unwrap().iter();
    steps
        .filter_map(|step| Some((parse(step, "request")?, parse(step, "response")?)))
        .collect()
}

#[test]
fn recorded_imports_have_the_recorded_address() {
    let mut checked = 0;
    for (request, answer) in recorded_steps() {
        let (Some(address), Some(keys)) = (answer["address"].as_str(), keys(&request["pks"])) else {
            continue;
        };
        let (version, threshold) = (&request["multisig_version"], &request["threshold"]);
        match MultisigPreimage::new(number(version), number(threshold), keys) {
            Ok(preimage) => assert_eq!(preimage.address().to_string(), address),
            Err(error) => assert_eq!(error, MultisigError::TooManyKeys(256)),
        }
        checked += 1;
    }
    assert!(checked > 3);
}

#[test]
fn recorded_partial_signatures_are_encoded_the_same() {
    let mut checked = 0;
    for (_, answer) in recorded_steps() {
        let Some(text) = answer["multisig"].as_str() else {
            continue;
        };
        let bytes = BASE64.decode(text.as_bytes()).unwrap();
        let multisig = Multisig::decode(&bytes).unwrap();
        assert_eq!(multisig.encode(), bytes);
        assert!(multisig.preimage().is_ok());
        checked += 1;
    }
    assert!(checked > 3);
}

#[test]
fn a_recorded_second_signature_is_the_first_partial_and_one_more() {
    let mut checked = 0;
    for (request, answer) in recorded_steps() {
        let Some(text) = answer["multisig"].as_str() else {
            continue;
        };
        let Some(subsigs) = request["partial_multisig"]["subsig"].as_array() else {
            continue;
        };
        let subsig = |value: &Value| {
            let signature = base64(&value["s"]).map(Signature::from_bytes);
            Subsig::new(PublicKey::from_bytes(base64(&value["pk"]).unwrap()), signature)
        };
        let mut partial = Multisig::new(1, 2, subsigs.iter().map(subsig).collect());
        let expected = Multisig::decode(&BASE64.decode(text.as_bytes()).unwrap()).unwrap();
        let signer = PublicKey::from_bytes(base64(&request["public_key"]).unwrap());
        let signed = expected.subsigs().iter().find(|subsig| subsig.key() == signer).unwrap();
        partial.sign_with(signer, signed.signature().unwrap()).unwrap();
        assert_eq!(partial, expected);
        checked += 1;
    }
    assert!(checked > 1);
}

fn key(byte: u8) -> PublicKey {
    PublicKey::from_bytes([byte; 32])
}

fn signature(byte: u8) -> Signature {
    Signature::from_bytes([byte; 64])
}

fn of_keys(keys: &[u8]) -> Multisig {
    let keys = keys.iter().map(|&byte| key(byte)).collect();
    Multisig::from_preimage(&MultisigPreimage::new(1, 1, keys).unwrap())
}

#[test]
fn a_key_signs_wherever_it_occurs_and_only_once() {
    let mut multisig = of_keys(&[1, 2, 1]);
    multisig.sign_with(key(1), signature(9)).unwrap();
    let signatures: Vec<_> = multisig.subsigs().iter().map(Subsig::signature).collect();
    assert_eq!(signatures, [Some(signature(9)), None, Some(signature(9))]);

    let before = multisig.clone();
    assert_eq!(
        multisig.sign_with(key(3), signature(9)),
        Err(MultisigError::KeyNotInMultisig)
    );
    assert_eq!(
        multisig.sign_with(key(1), signature(8)),
        Err(MultisigError::SignatureConflict)
    );
    assert_eq!(multisig, before);
    multisig.sign_with(key(1), signature(9)).unwrap();
    assert_eq!(multisig, before);
}

#[test]
fn a_conflict_changes_no_place() {
    // The first place is free, the second has another signature.
    let subsigs = [None, Some(signature(8))].map(|signature| Subsig::new(key(1), signature));
    let mut multisig = Multisig::new(1, 1, subsigs.to_vec());
    let before = multisig.clone();
    assert_eq!(
        multisig.sign_with(key(1), signature(9)),
        Err(MultisigError::SignatureConflict)
    );
    assert_eq!(multisig, before);
}

#[test]
fn different_accounts_do_not_merge() {
    let one = of_keys(&[1, 2]);
    let others = [
        of_keys(&[2, 1]),
        of_keys(&[1, 2, 2]),
        of_keys(&[1]),
        Multisig::new(1, 2, one.subsigs().to_vec()),
        Multisig::new(2, 1, one.subsigs().to_vec()),
    ];
    for other in others {
        assert_eq!(one.merge(&other), Err(MultisigError::DifferentAccounts));
        assert_eq!(other.merge(&one), Err(MultisigError::DifferentAccounts));
    }
}

#[test]
fn an_all_zero_signature_is_none() {
    let subsig = Subsig::new(key(1), Some(signature(0)));
    assert_eq!(subsig, Subsig::new(key(1), None));
    let explicit = [b"\x81\xa6subsig\x91\x81\xa1s\xc4\x40".as_slice(), &[0; 64]].concat();
    assert_eq!(Multisig::decode(&explicit).unwrap().subsigs()[0].signature(), None);
}

#[test]
fn decoding_is_as_strict_as_for_transactions() {
    let cases: [(&[u8], &str); 6] = [
        (b"\x81\xa1v\xcd\x01\x00", "v: the number is larger than 255"),
        (b"\x81\xa1w\x01", "unknown field"),
        (b"\x82\xa1v\x01\xa1v\x01", "v: the field occurs twice"),
        (b"\x80\x00", "bytes follow the encoding"),
        (
            b"\x81\xa6subsig\x91\x81\xa2pk\xc4\x00",
            "subsig[0].pk: not 32 bytes long",
        ),
        (b"\x81\xa6subsig\xdc\x01\x00", "subsig: more than 255 entries"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(Multisig::decode(bytes).unwrap_err().to_string(), expected);
    }
}

#[test]
fn zero_values_are_left_out() {
    let nobody = Subsig::new(key(0), None);
    let cases: [(Multisig, &[u8]); 5] = [
        (Multisig::new(0, 0, vec![]), b"\x80"),
        (Multisig::new(1, 0, vec![]), b"\x81\xa1v\x01"),
        (Multisig::new(0, 1, vec![]), b"\x81\xa3thr\x01"),
        (Multisig::new(200, 128, vec![]), b"\x82\xa3thr\xcc\x80\xa1v\xcc\xc8"),
        (Multisig::new(0, 0, vec![nobody]), b"\x81\xa6subsig\x91\x80"),
    ];
    for (multisig, expected) in cases {
        assert_eq!(multisig.encode(), expected);
        assert_eq!(Multisig::decode(expected), Ok(multisig));
    }
}

/// Any partial signature, also of no valid account.
fn any_multisig() -> impl Strategy<Value = Multisig> {
    let subsig =
        (0..4_u8, prop::option::of(0..3_u8)).prop_map(|(byte, signed)| Subsig::new(key(byte), signed.map(signature)));
    (any::<u8>(), any::<u8>(), vec(subsig, 0..20))
        .prop_map(|(version, threshold, subsigs)| Multisig::new(version, threshold, subsigs))
}

/// Up to three partial signatures of one account whose members may sign in one of two ways.
fn partials() -> impl Strategy<Value = [Multisig; 3]> {
    vec((0..4_u8, any::<[Option<bool>; 3]>()), 1..6).prop_map(|members| {
        [0, 1, 2].map(|partial| {
            let subsig = |(byte, signed): &(u8, [Option<bool>; 3])| {
                let signed = signed[partial].map(|other| signature(1 + u8::from(other)));
                Subsig::new(key(*byte), signed)
            };
            Multisig::new(1, 1, members.iter().map(subsig).collect())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decodes_what_it_encodes(multisig in any_multisig()) {
        let bytes = multisig.encode();
        let decoded = Multisig::decode(&bytes).unwrap();
        prop_assert_eq!(decoded.encode(), bytes);
        prop_assert_eq!(decoded, multisig);
    }

    #[test]
    fn merging_does_not_depend_on_order([a, b, c] in partials()) {
        prop_assert_eq!(a.merge(&b), b.merge(&a));
        prop_assert_eq!(a.merge(&a), Ok(a.clone()));
        let left = a.merge(&b).and_then(|ab| ab.merge(&c));
        let right = b.merge(&c).and_then(|bc| a.merge(&bc));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn merging_keeps_every_signature([a, b, _] in partials()) {
        if let Ok(merged) = a.merge(&b) {
            for ((a, b), both) in a.subsigs().iter().zip(b.subsigs()).zip(merged.subsigs()) {
                prop_assert_eq!(both.signature(), a.signature().or(b.signature()));
            }
            prop_assert_eq!(merged.merge(&a), Ok(merged.clone()));
        } else {
            let differ = |(a, b): (&Subsig, &Subsig)| {
                a.signature().zip(b.signature()).is_some_and(|(a, b)| a != b)
            };
            prop_assert!(a.subsigs().iter().zip(b.subsigs()).any(differ));
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Multisig::decode(&bytes);
    }
}
