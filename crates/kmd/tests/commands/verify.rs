//! `kmd verify`

use kmd_client::kmd_algorand::SignedTransaction;
use serde_json::{Value, json};

use crate::desk::{Desk, says};
use crate::vectors::{A, MULTISIG, post_quantum, vector, vectors};

/// What `kmd verify` says of a file, and its exit code.
fn checked(desk: &Desk, options: &str, file: &[u8]) -> (Value, i32) {
    let file = desk.file("file", file);
    let exit = desk.run(&format!("verify {file} --json {options}"), &[]);
    (serde_json::from_str(&exit.stdout).unwrap(), exit.code.unwrap())
}

#[test]
fn what_the_sdk_signed() {
    let desk = Desk::new();
    let cases = [
        ("unsigned", "missing"),
        ("signed by key", "good"),
        ("signed by another key, sender rekeyed", "good"),
        ("multisig unsigned", "missing"),
        ("multisig 1 of 2", "incomplete"),
        ("multisig 2 of 2", "good"),
        ("multisig 3", "good"),
        ("multisig of a rekeyed sender", "good"),
        ("logic contract account", "good"),
        ("logic delegated by key", "good"),
        ("logic delegated by key, sender rekeyed", "good"),
        ("logic delegated by multisig", "good"),
        ("logic delegated by multisig, legacy", "good"),
    ];
    for (name, expected) in cases {
        let (report, code) = checked(&desk, "", &vector(name));
        assert_eq!(report["transactions"][0]["state"], expected, "{name}");
        assert_eq!(code, if expected == "good" { 0 } else { 9 }, "{name}");
    }
}

#[test]
fn one_bit_is_enough_to_be_bad() {
    let desk = Desk::new();
    // A byte of the signature, and the last one of the transaction's sender.
    let places = [
        ("signed by key", b"\xa3sig\xc4\x40".as_slice(), 1),
        ("signed by key", b"\xa3snd\xc4\x20", 1),
        ("multisig 2 of 2", b"\xa1s\xc4\x40", 1),
        ("multisig 2 of 2", b"\xa2pk\xc4\x20", 1),
        ("multisig 2 of 2", b"\xa3amt", 1),
        ("logic delegated by key", b"\xa3sig\xc4\x40", 1),
        ("logic delegated by multisig", b"\xa1s\xc4\x40", 1),
        ("logic contract account", b"\xa1l\xc4\x05", 1),
    ];
    for (name, field, behind) in places {
        let mut damaged = vector(name);
        let at = damaged.windows(field.len()).position(|window| window == field).unwrap();
        damaged[at + field.len() + behind] ^= 1;
        let (report, code) = checked(&desk, "", &damaged);
        assert_eq!(
            (&report["transactions"][0]["state"], code),
            (&json!("bad"), 9),
            "{name}: {report}"
        );
        assert!(report["transactions"][0]["why"].is_string(), "{report}");
    }
}

#[test]
fn what_cannot_be_checked_is_not_good() {
    let desk = Desk::new();
    let (report, code) = checked(&desk, "--partial-group", &post_quantum());
    assert_eq!((&report["transactions"][0]["state"], code), (&json!("unchecked"), 11));
    let exit = desk.run(&format!("verify {} --partial-group", desk.path("file")), &[]);
    assert_eq!(exit.code, Some(11), "{exit:?}");
    says(
        &exit.stdout,
        &[
            "unchecked   transaction 1",
            "Falcon-1024",
            "kmd cannot check that kind of signature",
        ],
    );
    says(
        &exit.stderr,
        &["1 signature could not be checked", "nothing else is wrong"],
    );
    for word in ["invalid", "valid", "bad", "good"] {
        assert!(!exit.stdout.contains(word), "{exit:?}");
    }
    let shown = desk.ok(&format!("inspect {}", desk.path("file")), &[]);
    says(&shown, &["by a post-quantum key, Falcon-1024: cannot be checked here"]);
}

#[test]
fn what_is_wrong_counts_more_than_what_cannot_be_checked() {
    let desk = Desk::new();
    let mixed = [post_quantum(), vector("unsigned")].concat();
    let exit = desk.run(&format!("verify {} --partial-group", desk.file("file", &mixed)), &[]);
    assert_eq!(exit.code, Some(9), "{exit:?}");
    says(&exit.stderr, &["1 check not good", "1 signature could not be checked"]);
}

#[test]
fn who_signs_must_be_who_has_to() {
    let desk = Desk::new();
    // The signatures are right, and nothing says any more that the sender was rekeyed to who made them.
    let names = [
        "signed by another key, sender rekeyed",
        "multisig of a rekeyed sender",
        "logic delegated by key, sender rekeyed",
    ];
    for name in names {
        let mut orphan = SignedTransaction::decode(&vector(name)).unwrap();
        assert!(orphan.signer.take().is_some());
        let (report, code) = checked(&desk, "", &orphan.encode());
        assert_eq!(
            (&report["transactions"][0]["state"], code),
            (&json!("bad"), 9),
            "{name}"
        );
    }
}

#[test]
fn groups_count_too() {
    let desk = Desk::new();
    let [one, two, three] = ["group 1 of 3, signed", "group 2 of 3, signed", "group 3 of 3, signed"];
    let cases = [
        (vec![one, two, three], "", "whole", 0),
        (vec![one, three], "", "not-whole", 9),
        (vec![one, three], "--partial-group", "not-whole", 0),
        (vec![three, two, one], "--partial-group", "wrong-order", 9),
        (vec![one, "signed by key", two, three], "", "scattered", 9),
    ];
    for (names, options, expected, code) in cases {
        let (report, found) = checked(&desk, options, &vectors(&names));
        assert_eq!(
            (&report["groups"][0]["state"], found),
            (&json!(expected), code),
            "{names:?}"
        );
    }
}

#[test]
fn for_people() {
    let desk = Desk::new();
    let file = desk.file("file", &vectors(&["signed by key", "multisig 1 of 2"]));
    let exit = desk.run(&format!("verify {file}"), &[]);
    assert_eq!(exit.code, Some(9));
    says(
        &exit.stdout,
        &[
            "good        transaction 1",
            A,
            "incomplete  transaction 2",
            "1 of the 2 signatures",
        ],
    );
    says(&exit.stderr, &["1 check not good"]);
    let good = desk.ok(
        &format!("verify {}", desk.file("file", &vector("multisig 2 of 2"))),
        &[],
    );
    says(&good, &["good", MULTISIG]);
    desk.fails(6, &format!("verify {}", desk.file("file", b"")), &[]);
    desk.fails(10, "verify /not/there", &[]);
}
