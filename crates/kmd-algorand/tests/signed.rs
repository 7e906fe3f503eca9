//! Signed transactions and files of them, made with py-algorand-sdk (`data/signed.jsonl`), and the
//! post-quantum ones that algokey made.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use data_encoding::BASE64;
use kmd_algorand::{
    Authorization, Delegation, FileEntry, FileError, Form, Group, GroupState, LogicSignature, SignedTransaction,
    SignedTransactionError, Transaction, TransactionFile, groups,
};
use serde_json::Value;

const VECTORS: &str = include_str!("data/signed.jsonl");
const FALCON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/falcon.jsonl");

/// Name and bytes; the first line says who is who.
fn vectors() -> Vec<(String, Vec<u8>)> {
    let lines = VECTORS.lines().skip(1).map(|line| serde_json::from_str(line).unwrap());
    let read = |vector: Value| (vector["name"].as_str().unwrap().to_owned(), base64(&vector["signed"]));
    lines.map(read).collect()
}

fn base64(value: &Value) -> Vec<u8> {
    BASE64.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn vector(name: &str) -> Vec<u8> {
    let (_, bytes) = vectors().into_iter().find(|(other, _)| other == name).unwrap();
    bytes
}

fn signed(name: &str) -> SignedTransaction {
    SignedTransaction::decode(&vector(name)).unwrap()
}

fn place(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).unwrap()
}

fn read(file: &[u8]) -> Result<Vec<FileEntry>, FileError> {
    TransactionFile::new(file).collect()
}

fn falcon() -> Vec<Value> {
    let text = std::fs::read_to_string(FALCON).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_the_sdk_writes_is_read_and_written_alike() {
    for (name, bytes) in vectors() {
        let decoded = SignedTransaction::decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        // The SDK writes the signer behind the transaction, which is not its canonical place.
        if name == "signed by another key, sender rekeyed" {
            assert_eq!(decoded.encode().len(), bytes.len());
            assert_eq!(SignedTransaction::decode(&decoded.encode()).as_ref(), Ok(&decoded));
            let names = [&b"\xa4sgnr"[..], b"\xa3sig", b"\xa3txn"].map(|name| place(&decoded.encode(), name));
            assert!(names.is_sorted(), "{names:?}");
        } else {
            assert_eq!(decoded.encode(), bytes, "{name}");
        }
    }
}

#[test]
fn each_kind_of_signature_is_recognised() {
    let kind = |signed: &SignedTransaction| match &signed.authorization {
        Authorization::None => "unsigned",
        Authorization::Key(_) => "key",
        Authorization::Multisig(_) => "multisig",
        Authorization::PostQuantum(_) => "post-quantum",
        Authorization::Logic(logic) => match logic.delegation {
            Delegation::Contract => "contract",
            Delegation::Key(_) => "logic by key",
            Delegation::Multisig(_) => "logic by multisig",
            Delegation::LegacyMultisig(_) => "logic by legacy multisig",
            Delegation::PostQuantum(_) => "logic by post-quantum",
        },
    };
    let cases = [
        ("unsigned", "unsigned", false),
        ("signed by key", "key", false),
        ("signed by another key, sender rekeyed", "key", true),
        ("multisig unsigned", "multisig", false),
        ("multisig of a rekeyed sender", "multisig", true),
        ("logic contract account", "contract", false),
        ("logic delegated by key", "logic by key", false),
        ("logic delegated by multisig", "logic by multisig", false),
        ("logic delegated by multisig, legacy", "logic by legacy multisig", false),
    ];
    for (name, expected, rekeyed) in cases {
        let signed = signed(name);
        assert_eq!(kind(&signed), expected, "{name}");
        assert_eq!(signed.authorizer() != signed.transaction.sender(), rekeyed, "{name}");
    }
}

#[test]
fn post_quantum_signatures_are_kept_as_they_are() {
    let mut seen = 0;
    for account in falcon() {
        for transaction in account["transactions"].as_array().unwrap() {
            let bytes = base64(&transaction["signed_transaction"]);
            let signed = SignedTransaction::decode(&bytes).unwrap();
            assert_eq!(signed.encode(), bytes);
            assert!(matches!(&signed.authorization, Authorization::PostQuantum(signature)
                if signature.scheme == *b"f1" && signature.key == base64(&account["public_key"])));
            seen += 1;
        }
        for program in account["programs"].as_array().unwrap() {
            let bytes = base64(&program["logicsig"]);
            let logic = LogicSignature::decode(&bytes).unwrap();
            assert_eq!(logic.encode(), bytes);
            assert_eq!(logic.program, base64(&program["program"]));
            assert!(matches!(logic.delegation, Delegation::PostQuantum(_)));
        }
    }
    assert!(seen > 10);
}

#[test]
fn files_are_one_after_another_and_bare_ones_are_taken() {
    let bare = Transaction::decode(signed("unsigned").transaction.canonical()).unwrap();
    let file = [
        &vector("signed by key")[..],
        bare.canonical(),
        &vector("multisig 1 of 2"),
    ]
    .concat();
    let entries = read(&file).unwrap();
    let found: Vec<(usize, Form)> = entries.iter().map(|entry| (entry.offset, entry.form)).collect();
    let first = vector("signed by key").len();
    let second = first + bare.canonical().len();
    assert_eq!(
        found,
        [(0, Form::Enveloped), (first, Form::Bare), (second, Form::Enveloped)]
    );
    assert_eq!(entries[1].signed, SignedTransaction::unsigned(bare));
    assert_eq!(read(&[]), Ok(vec![]));
}

#[test]
fn errors_say_where() {
    let first = vector("signed by key");
    let behind = |second: &[u8]| read(&[&first, second].concat()).unwrap_err();
    let at = first.len();
    let cases: [(&[u8], usize, &str); 9] = [
        (b"\x81\xa3txn\x80", 6, "txn: the transaction is missing"),
        (b"\x81\xa3txn\x81\xa3fee\xff", 11, "txn.fee: the number is negative"),
        (b"\x81\xa3txn\x81\xa3foo\x01", 10, "txn: unknown field"),
        (b"\x81\xa3foo\x01", 5, "unknown field"),
        (b"\x81\xa3fee\x01", 6, "snd: the sender is missing"),
        (b"\x80", 1, "txn: the transaction is missing"),
        (b"{\"txn\": {}}", 1, "a map expected"),
        (
            b"\x81\xa3txn\x81\xa4note\xc6\xff\xff\xff\xff",
            16,
            "txn.note: the encoding ends too early",
        ),
        (
            &first[..first.len() - 1],
            first.len() - 3, // the header of "pay" was still read
            "txn.type: the encoding ends too early",
        ),
    ];
    for (second, read, reason) in cases {
        let error = behind(second);
        assert_eq!((error.number, error.offset), (2, at), "{reason}");
        assert_eq!(error.reason.to_string(), reason);
        assert_eq!(error.stopped - at, read, "{reason}");
    }
    let error = behind(b"\x80").to_string();
    assert_eq!(
        error,
        format!(
            "transaction 2, which begins at byte {at}, is wrong at byte {}: txn: the transaction is missing",
            at + 1
        )
    );
}

#[test]
fn two_signatures_at_once_and_a_program_missing_are_refused() {
    let key = signed("signed by key").encode();
    let multisig = signed("multisig 1 of 2").encode();
    // {sig, txn} and {msig, txn}: the multisig's field in front of the other's.
    let field = &multisig[1..multisig.windows(4).rposition(|w| w == b"\xa3txn").unwrap()];
    let both = [&[0x83], field, &key[1..]].concat();
    let refused = SignedTransaction::decode(&both).unwrap_err();
    assert_eq!(refused, SignedTransactionError::TwoSignatures("msig", "sig"));
    assert_eq!(
        LogicSignature::decode(b"\x81\xa3arg\x91\xc4\x00"),
        Err(SignedTransactionError::ProgramMissing)
    );
}

#[test]
fn groups_are_recomputed() {
    let [a, b, c] = [
        "group 1 of 3, unsigned",
        "group 2 of 3, signed",
        "group 3 of 3, unsigned",
    ]
    .map(|name| signed(name).transaction);
    let other = signed("unsigned").transaction;
    let state = |list: &[&Transaction]| {
        groups(list)
            .into_iter()
            .map(|Group { members, state, .. }| (members, state))
            .collect::<Vec<_>>()
    };
    assert_eq!(state(&[&other]), []);
    assert_eq!(state(&[&other, &a, &b, &c]), [(vec![1, 2, 3], GroupState::Whole)]);
    assert_eq!(state(&[&a, &other, &b, &c]), [(vec![0, 2, 3], GroupState::Scattered)]);
    assert_eq!(
        state(&[&c, &other, &b, &a]),
        [(vec![0, 2, 3], GroupState::WrongOrder(vec![3, 2, 0]))]
    );
    assert_eq!(
        state(&[&b, &c, &a]),
        [(vec![0, 1, 2], GroupState::WrongOrder(vec![2, 0, 1]))]
    );
    assert_eq!(state(&[&a, &b]), [(vec![0, 1], GroupState::NotWhole)]);
    assert_eq!(state(&[&a; 17]), [((0..17).collect(), GroupState::NotWhole)]);
}
