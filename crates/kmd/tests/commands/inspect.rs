//! `kmd inspect`

use serde_json::json;

use crate::desk::{Desk, says, typed};
use crate::screen::Screen;
use crate::support::daemon::kmd;
use crate::vectors::{A, B, C, MULTISIG, PROGRAM_ACCOUNT, every_type, vector, vectors};

/// What a person sees of every type. Read it when you change it.
const EVERY_TYPE: &str = include_str!("data/every_type.txt");

#[test]
fn every_type_in_words() {
    let desk = Desk::new();
    let file = desk.file("every", &every_type());
    let shown = desk.ok(&format!("inspect {file}"), &[]);
    for (ours, expected) in shown.lines().zip(EVERY_TYPE.lines()) {
        assert_eq!(ours, expected);
    }
    assert_eq!(shown, EVERY_TYPE);
}

#[test]
fn from_standard_input_and_without_a_daemon() {
    let exit = typed(kmd().args(["inspect", "-", "-d", "/not/there"]), "");
    assert_eq!(exit.code, Some(6), "{exit:?}");
    says(&exit.stderr, &["it is empty"]);
}

#[test]
fn every_state_of_a_signature() {
    let desk = Desk::new();
    let by_program = "by a program";
    let [a_signed, b_not, c_signed] = [format!("{A} signed"), format!("{B} not signed"), format!("{C} signed")];
    let cases = [
        ("unsigned", vec!["signature     none yet"]),
        ("signed by key", vec!["by the key of", A, "valid"]),
        (
            "signed by another key, sender rekeyed",
            vec!["signer", "was rekeyed", A, "valid"],
        ),
        ("multisig unsigned", vec!["0 of the 2 needed, of 3 keys", "not signed"]),
        ("multisig 1 of 2", vec!["1 of the 2 needed", &a_signed, &b_not]),
        ("multisig 3", vec!["3 of the 2 needed, of 3 keys: valid", &c_signed]),
        ("multisig of a rekeyed sender", vec![MULTISIG, "was rekeyed", "valid"]),
        (
            "logic contract account",
            vec![
                by_program,
                "own account: valid",
                "input 1",
                "\"one\"",
                "not run",
                PROGRAM_ACCOUNT,
            ],
        ),
        ("logic delegated by key", vec![by_program, "signer's key", "valid"]),
        ("logic delegated by multisig", vec![by_program, "2 of the 2", "valid"]),
        (
            "logic delegated by multisig, legacy",
            vec![by_program, "old form", "valid"],
        ),
    ];
    for (name, expected) in cases {
        let file = desk.file("file", &vector(name));
        says(&desk.ok(&format!("inspect {file}"), &[]), &expected);
    }
    let mut damaged = vector("signed by key");
    damaged[10] ^= 1;
    let shown = desk.ok(&format!("inspect {}", desk.file("file", &damaged)), &[]);
    says(
        &shown,
        &[
            "! signature",
            "WRONG: the signature is not one of",
            "1 line to look at twice",
        ],
    );
}

#[test]
fn groups() {
    let desk = Desk::new();
    let [one, two, three] = [
        "group 1 of 3, signed",
        "group 2 of 3, unsigned",
        "group 3 of 3, unsigned",
    ];
    let cases = [
        (vec![one, two, three], "2 of 3, whole, id ipqx"),
        (vec![two, one, three], "in the wrong order; right is 2, 1, 3"),
        (vec![one, three], "not whole"),
        (vec![one, "unsigned", two, three], "others stand between"),
    ];
    for (names, expected) in cases {
        let file = desk.file("file", &vectors(&names));
        let shown = desk.ok(&format!("inspect {file}"), &[]);
        says(&shown, &[expected]);
        assert_eq!(shown.contains("! group"), names != [one, two, three], "{shown}");
    }
}

#[test]
fn for_programs() {
    let desk = Desk::new();
    let file = desk.file("file", &vectors(&["multisig 1 of 2", "group 1 of 3, unsigned"]));
    let shown = desk.json(&format!("inspect {file}"), &[]);
    let first = &shown["transactions"][0];
    assert_eq!(first["number"], 1);
    assert_eq!(first["id"], "6NBWTIF2OTWTJFZVCB3A2FEM62XZWONNHIARSQNT4NNW2FXUTIHA");
    let expected = json!({
        "amt": 12_500_000, "fee": 1000, "fv": 1, "gen": "example-v1",
        "gh": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "lv": 1001, "rcv": B, "snd": MULTISIG, "type": "pay",
    });
    assert_eq!(first["fields"], expected);
    let expected = json!({
        "kind": "multisig", "signer": MULTISIG, "rekeyed": false, "state": "incomplete",
        "multisig": {"address": MULTISIG, "version": 1, "threshold": 2, "members": [
            {"address": A, "signed": true}, {"address": B, "signed": false}, {"address": C, "signed": false},
        ]},
    });
    assert_eq!(first["signature"], expected);
    assert_eq!(first["dangers"], json!([]));
    let second = &shown["transactions"][1];
    assert_eq!(second["dangers"][0]["code"], "group");
    assert_eq!(shown["groups"][0]["state"], "not-whole");
    assert_eq!(shown["groups"][0]["transactions"], json!([2]));
}

#[test]
fn what_is_no_file_of_transactions() {
    let desk = Desk::new();
    let whole = vector("signed by key");
    let cut = [&whole[..], &whole[..100]].concat();
    let at = format!(
        "transaction 2, which begins at byte {}, is wrong at byte {}",
        whole.len(),
        cut.len()
    );
    let cases: [(&[u8], &[&str]); 7] = [
        (b"", &["it is empty"]),
        (&cut, &[&at, "ends too early"]),
        (b"{\"txn\": {}}", &["looks like JSON", "goal clerk"]),
        (b"gqNzaWfEQA==\n", &["looks like base64"]),
        (b"\x81\xa1l\xc4\x01\x01", &["logic signature without a transaction"]),
        (
            b"\x81\xa3txn\x82\xa3snd\xc4\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xa3foo\x01",
            &["txn: unknown field"],
        ),
        (&[0x80; 3], &["txn: the transaction is missing"]),
    ];
    for (contents, expected) in cases {
        let file = desk.file("file", contents);
        let refused = desk.fails(6, &format!("inspect {file}"), &[]);
        says(&refused, &["is not a file of transactions"]);
        says(&refused, expected);
    }
    says(&desk.fails(10, "inspect /not/there", &[]), &["cannot read /not/there"]);
    let many = b"\x82\xa3snd\xc4\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xa4type\xa3pay".repeat(10_001);
    says(
        &desk.fails(6, &format!("inspect {}", desk.file("file", &many)), &[]),
        &["more than 10000"],
    );
}

#[test]
fn colour_only_at_a_terminal() {
    let desk = Desk::new();
    let file = desk.file("every", &every_type());
    let (code, shown) = Screen::run(&desk, &format!("inspect {file}")).end();
    assert_eq!(code, Some(0));
    says(
        &shown,
        &["\x1b[1;31m! rekeyed to", "\x1b[1mTransaction 1: payment\x1b[0m"],
    );
    let (_, plain) = Screen::without_colour(&desk, &format!("inspect {file}")).end();
    assert!(!plain.contains('\x1b'), "{plain}");
    assert!(!desk.ok(&format!("inspect {file}"), &[]).contains('\x1b'));
}
