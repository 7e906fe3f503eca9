//! The recorded transactions: what the reference signed, refused, and made canonical.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Read;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Verifier, VerifyingKey};
use kmd_algorand::{Fields, PublicKey, Signature, Transaction, TransactionError, group_id};
use serde_json::Value;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/transactions.jsonl.gz");

/// The public half of the key whose seed is SHA-256("golden imported key").
const SIGNER: &str = "8851878b7b22594593456ada6fe3588cd44b07c596ed0054af54b34bf0f336ac";

struct Vector {
    json: Value,
    transaction: Vec<u8>,
}

impl Vector {
    fn text(&self, field: &str) -> &str {
        self.json[field].as_str().unwrap()
    }

    fn name(&self) -> &str {
        self.text("name")
    }

    fn base64(&self, field: &str) -> Vec<u8> {
        BASE64.decode(self.text(field).as_bytes()).unwrap()
    }

    fn canonical(&self) -> Vec<u8> {
        match self.text("canonical") {
            "same" => self.transaction.clone(),
            _ => self.base64("canonical"),
        }
    }
}

fn vectors() -> Vec<Vector> {
    let file = std::fs::File::open(VECTORS).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let parse = |line: &str| {
        let json: Value = serde_json::from_str(line).unwrap();
        let transaction = BASE64.decode(json["transaction"].as_str().unwrap().as_bytes()).unwrap();
        Vector { json, transaction }
    };
    text.lines().map(parse).collect()
}

fn signer() -> PublicKey {
    PublicKey::from_bytes(HEXLOWER.decode(SIGNER.as_bytes()).unwrap().try_into().unwrap())
}

/// What is wrong with our answer to a vector.
fn complaint(vector: &Vector) -> Option<String> {
    let decoded = Transaction::decode(&vector.transaction);
    match (vector.text("expect"), decoded) {
        ("refuse", Err(_)) | ("same_or_refuse", Err(_)) => None,
        ("refuse", Ok(_)) => Some("accepted".into()),
        ("same", Err(error)) => Some(format!("refused: {error}")),
        ("same" | "same_or_refuse", Ok(transaction)) => complaint_about(vector, &transaction),
        (other, _) => panic!("unknown expectation {other}"),
    }
}

fn complaint_about(vector: &Vector, transaction: &Transaction) -> Option<String> {
    let expected = vector.canonical();
    if transaction.canonical() != expected {
        let ours = BASE64.encode(transaction.canonical());
        return Some(format!("canonical {ours}, expected {}", BASE64.encode(&expected)));
    }
    if Some(transaction.id().to_string().as_str()) != vector.json["txid"].as_str() && !vector.json["txid"].is_null() {
        return Some(format!("id {}", transaction.id()));
    }
    let signature: [u8; 64] = vector.base64("signature").try_into().unwrap();
    let key = VerifyingKey::from_bytes(signer().as_bytes()).unwrap();
    let verified = key.verify(
        transaction.signing_bytes(),
        &ed25519_dalek::Signature::from_bytes(&signature),
    );
    if verified.is_err() {
        return Some("the recorded signature is over other bytes".into());
    }
    let sgnr = vector.json["sgnr"].as_bool().unwrap();
    let envelope = transaction.signed(&Signature::from_bytes(signature), signer());
    (envelope != expected_envelope(&expected, &signature, sgnr)).then(|| "envelope".into())
}

/// The signed transaction, spelled out.
fn expected_envelope(canonical: &[u8], signature: &[u8; 64], sgnr: bool) -> Vec<u8> {
    let mut envelope = if sgnr {
        [b"\x83\xa4sgnr\xc4\x20".as_slice(), signer().as_bytes()].concat()
    } else {
        vec![0x82]
    };
    envelope.extend_from_slice(b"\xa3sig\xc4\x40");
    envelope.extend_from_slice(signature);
    envelope.extend_from_slice(b"\xa3txn");
    envelope.extend_from_slice(canonical);
    envelope
}

#[test]
fn every_recorded_transaction() {
    let vectors = vectors();
    assert!(vectors.len() > 2000);
    let wrong: Vec<String> = vectors
        .iter()
        .filter_map(|vector| Some(format!("{}: {}", vector.name(), complaint(vector)?)))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn both_kinds_of_envelope_are_recorded() {
    for sgnr in [true, false] {
        assert!(vectors().iter().any(|vector| vector.json["sgnr"] == sgnr));
    }
}

#[test]
fn what_was_made_canonical_stays() {
    for vector in vectors() {
        let Ok(transaction) = Transaction::decode(&vector.transaction) else {
            continue;
        };
        let again = Transaction::decode(transaction.canonical()).unwrap();
        assert_eq!(again, transaction, "{}", vector.name());
    }
}

#[test]
fn each_field_in_the_wrong_type_is_named_in_the_error() {
    // The vectors' names say which field was damaged; the error has to say the same.
    let mut checked = 0;
    for vector in vectors() {
        let Some(field) = vector
            .name()
            .split('/')
            .nth(1)
            .and_then(|damage| damage.strip_suffix(" is float").or(damage.strip_suffix(" is negative")))
        else {
            continue;
        };
        let error = Transaction::decode(&vector.transaction).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{field}: ")), "{}: {error}", vector.name());
        checked += 1;
    }
    assert!(checked > 100);
}

#[test]
fn a_group_is_computed_from_ids_without_it() {
    // Made with py-algorand-sdk: two payments, assign_group_id.
    let transactions: Vec<Transaction> = GROUP
        .iter()
        .map(|text| Transaction::decode(&BASE64.decode(text.as_bytes()).unwrap()).unwrap())
        .collect();
    let ids: Vec<_> = transactions.iter().map(Transaction::id_without_group).collect();
    let expected = Some(group_id(&ids).unwrap());
    for (transaction, id) in transactions.iter().zip(&ids) {
        assert_eq!(transaction.group(), expected);
        assert_ne!(transaction.id(), *id);
    }
    assert!(group_id(&[]).is_err());
    assert!(group_id(&[ids[0]; 16]).is_ok());
    assert_eq!(group_id(&[ids[0]; 17]).unwrap_err().0, 17);
}

#[test]
fn removing_the_group_from_sixteen_fields_shortens_the_header() {
    let canonical = |vector: &Vector| Transaction::decode(&vector.transaction).ok();
    let mut checked = 0;
    for transaction in vectors().iter().filter_map(canonical) {
        let bytes = transaction.canonical();
        if transaction.group().is_none() {
            assert_eq!(transaction.id_without_group(), transaction.id());
        } else if bytes.starts_with(&[0xde, 0, 16]) {
            // Nil in the group's place decodes to the same without it.
            let place = bytes.windows(6).position(|w| w == b"\xa3grp\xc4\x20").unwrap();
            let without = [&bytes[..place + 4], b"\xc0", &bytes[place + 38..]].concat();
            let without = Transaction::decode(&without).unwrap();
            assert_eq!(without.group(), None);
            assert_eq!(without.canonical()[0], 0x8f);
            assert_eq!(transaction.id_without_group(), without.id());
            checked += 1;
        }
    }
    assert!(checked > 0);
}

include!("data/group.rs");

#[test]
fn an_error_says_where_it_is() {
    let bytes = [
        &b"\x85\xa4apar\x81\xa1t\xa1x\xa2fv\x01\xa2lv\x02\xa3snd\xc4\x20"[..],
        &[7; 32],
        b"\xa4type\xa4acfg",
    ]
    .concat();
    let TransactionError::Malformed(error) = Transaction::decode(&bytes).unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(error.path().to_string(), "apar.t: ");
    assert!(error.to_string().contains("apar.t: "), "{error}");
}

#[test]
fn fields_are_read_by_their_names() {
    let bytes = [
        &b"\x85\xa3amt\x05\xa2fv\x01\xa2lv\x02\xa3snd\xc4\x20"[..],
        &[7; 32],
        b"\xa4type\xa3pay",
    ]
    .concat();
    let transaction = Transaction::decode(&bytes).unwrap();
    let fields = transaction.fields().unwrap();
    assert_eq!(["amt", "fv", "lv", "fee"].map(|name| fields.uint(name)), [5, 1, 2, 0]);
    assert_eq!(fields.address("snd").map(|address| *address.as_bytes()), Some([7; 32]));
    assert_eq!((fields.bytes("type"), fields.iter().count()), (&b"pay"[..], 5));
    assert!(!fields.is_empty());
    assert!(fields.structure("apar").is_none());
}

#[test]
fn fields_within_fields_are_read_by_their_names() {
    let bytes = [
        &b"\x85\xa4apar\x82\xa2df\xc3\xa1t\x03\xa2fv\x01\xa2lv\x02\xa3snd\xc4\x20"[..],
        &[7; 32],
        b"\xa4type\xa4acfg",
    ]
    .concat();
    let transaction = Transaction::decode(&bytes).unwrap();
    let fields = transaction.fields().unwrap();
    let parameters = fields.structure("apar").unwrap();
    assert_eq!((parameters.uint("t"), parameters.is_true("df")), (3, true));
    // What is not there is false, and so is a number.
    assert!(!parameters.is_true("dc") && !parameters.is_true("t"));
    assert!(Fields::default().is_empty());
}

/// The longest names are the ones to be taken for each other.
#[test]
fn a_name_that_differs_in_its_last_letter_is_another() {
    let with = |name: &[u8; 7]| {
        [
            &b"\x85\xa2fv\x01\xa2lv\x02\xa3snd\xc4\x20"[..],
            &[7; 32],
            b"\xa4type\xa6keyreg\xa7",
            name,
            b"\xc4\x20",
            &[8; 32],
        ]
        .concat()
    };
    assert!(Transaction::decode(&with(b"votekey")).is_ok());
    assert!(Transaction::decode(&with(b"votekez")).is_err());
}
