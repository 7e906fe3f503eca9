//! `kmd sign-program`: what it writes is what py-algorand-sdk signs with the same keys.

use kmd_client::kmd_algorand::{Authorization, LogicSignature, SignedTransaction};
use serde_json::json;

use crate::desk::{Desk, PASSWORD, says};
use crate::vectors::{A, B, C, MULTISIG, PROGRAM, PROGRAM_ACCOUNT, encoded, vector};

/// The logic signature of a vector.
fn expected(name: &str) -> Vec<u8> {
    match SignedTransaction::decode(&vector(name)).unwrap().authorization {
        Authorization::Logic(logic) => logic.encode(),
        _ => panic!("{name} has none"),
    }
}

fn sign(desk: &Desk, options: &str, input: &[u8]) -> Vec<u8> {
    let file = desk.file("in", input);
    let out = desk.path("out");
    desk.ok(
        &format!("sign-program {file} -o {out} --force --yes {options}"),
        &[PASSWORD],
    );
    desk.bytes("out")
}

#[test]
fn for_the_account_of_a_key() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let file = desk.file("program", &PROGRAM);
    let words = format!("sign-program {file} --account {A} -o {} --yes", desk.path("out"));
    let exit = desk.run(&words, &[PASSWORD]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    says(&exit.stderr, &[PROGRAM_ACCOUNT, A, "whatever", "approves"][..2]);
    says(&exit.stdout, &["Signed the program", PROGRAM_ACCOUNT]);
    assert_eq!(desk.bytes("out"), expected("logic delegated by key"));
    let report = desk.json(&format!("{words} --force"), &[PASSWORD]);
    let logic = encoded(&expected("logic delegated by key"));
    let shown = json!({
        "out": desk.path("out"), "account": A, "program": PROGRAM_ACCOUNT, "state": "good", "signed_by": [A],
        "logic_signature": logic,
    });
    assert_eq!(report, shown);
}

#[test]
fn for_a_multisig_account() {
    let desk = Desk::new();
    desk.wallet_of("ab", &[A, B]);
    desk.wallet_of("a", &[A]);
    desk.wallet_of("b", &[B]);
    desk.wallet_of("c", &[C]);
    for wallet in ["ab", "a"] {
        desk.knows_multisig(wallet);
    }
    let account = format!("--account {MULTISIG}");
    let whole = expected("logic delegated by multisig");
    assert_eq!(sign(&desk, &format!("{account} -w ab"), &PROGRAM), whole);
    // One after the other; the second wallet does not know the account.
    let half = sign(&desk, &format!("{account} -w a"), &PROGRAM);
    let said = desk.fails(
        5,
        &format!(
            "sign-program {} -o {} {account} --yes -w a",
            desk.file("half", &half),
            desk.path("no")
        ),
        &[PASSWORD],
    );
    says(&said, &["that has not signed"]);
    assert_eq!(sign(&desk, &format!("{account} -w b"), &half), whole);
    let legacy = sign(&desk, &format!("{account} -w a --legacy"), &PROGRAM);
    assert_eq!(
        sign(&desk, &format!("{account} -w c"), &legacy),
        expected("logic delegated by multisig, legacy")
    );
    assert!(LogicSignature::decode(&half).is_ok());
}

#[test]
fn nothing_is_written_unless_all_is_well() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let program = desk.file("program", &PROGRAM);
    let out = desk.path("out");
    let to = |file: &str, account: &str| format!("sign-program {file} -o {out} --account {account}");
    let unconfirmed = desk.fails(8, &to(&program, A), &[PASSWORD]);
    says(&unconfirmed, &["--yes", PROGRAM_ACCOUNT, "approves of"]);
    says(
        &desk.fails(5, &format!("{} --yes", to(&program, B)), &[PASSWORD]),
        &["neither a key nor a multisig", B],
    );
    desk.fails(4, &format!("{} --yes", to(&program, A)), &["wrong"]);
    let source = desk.file("source", b"#pragma version 2\nint 1\n");
    says(
        &desk.fails(6, &format!("{} --yes", to(&source, A)), &[PASSWORD]),
        &["it is text", "goal clerk compile"],
    );
    let done = desk.file("done", &expected("logic delegated by key"));
    says(
        &desk.fails(6, &format!("{} --yes", to(&done, A)), &[PASSWORD]),
        &["needs no more signatures"],
    );
    says(
        &desk.fails(6, &format!("{} --yes", to(&done, B)), &[PASSWORD]),
        &["is not one of", B],
    );
    says(
        &desk.fails(6, &format!("{} --yes", to(&desk.file("empty", b""), A)), &[PASSWORD]),
        &["empty"],
    );
    assert!(!desk.has("out"));
    desk.file("out", b"precious");
    says(
        &desk.fails(10, &format!("{} --yes", to(&program, A)), &[PASSWORD]),
        &["exists already"],
    );
    assert_eq!(desk.bytes("out"), b"precious");
}
