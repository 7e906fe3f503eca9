//! `kmd address`

use serde_json::json;

use crate::desk::{Desk, says};
use crate::vectors::{A, B, C, MULTISIG, PROGRAM, PROGRAM_ACCOUNT};

const A_HEX: &str = "8851878b7b22594593456ada6fe3588cd44b07c596ed0054af54b34bf0f336ac";
const A_BASE64: &str = "iFGHi3siWUWTRWrab+NYjNRLB8WW7QBUr1SzS/DzNqw=";

#[test]
fn all_spellings() {
    let desk = Desk::new();
    let shown = json!({"address": A, "hex": A_HEX, "base64": A_BASE64});
    for text in [A, A_HEX, &format!("0x{A_HEX}"), A_BASE64] {
        assert_eq!(desk.json(&format!("address convert {text}"), &[]), shown);
    }
    let text = desk.ok(&format!("address convert {A_HEX}"), &[]);
    assert_eq!(text, format!("address  {A}\nhex      {A_HEX}\nbase64   {A_BASE64}\n"));
}

#[test]
fn what_is_wrong_with_an_address() {
    let desk = Desk::new();
    let cases = [
        (A.replacen('R', "K", 1), "with R as character 1 it is one"),
        (A.to_lowercase(), "in capital letters it is one"),
        (A[1..].to_owned(), "with R added as character 1 it is one"),
        (format!("{A}A"), "this has 59 characters"),
        ("hello".to_owned(), "this has 5 characters"),
        (A.replace('I', "1"), "character 3 cannot be in an address"),
    ];
    for (text, expected) in cases {
        says(
            &desk.fails(6, &format!("address convert {text}"), &[]),
            &["is not an address", expected],
        );
    }
}

// Computed with py-algorand-sdk.
#[test]
fn computed() {
    let desk = Desk::new();
    assert_eq!(
        desk.ok(&format!("address multisig -T 2 {A} {B} {C}"), &[]).trim(),
        MULTISIG
    );
    assert_eq!(
        desk.json(&format!("address multisig -T 2 {A_HEX} {B} {C}"), &[]),
        json!({"address": MULTISIG})
    );
    assert_ne!(
        desk.ok(&format!("address multisig -T 2 {B} {A} {C}"), &[]).trim(),
        MULTISIG
    );
    let refused = desk.fails(6, &format!("address multisig -T 3 {A} {B}"), &[]);
    says(&refused, &["no such multisig address", "threshold"]);
    says(
        &desk.fails(6, &format!("address multisig -T 1 --multisig-version 2 {A}"), &[]),
        &["unknown version"],
    );

    let application = desk.ok("address application 1", &[]);
    assert_eq!(
        application.trim(),
        "WCS6TVPJRBSARHLN2326LRU5BYVJZUKI2VJ53CAWKYYHDE455ZGKANWMGM"
    );
    desk.fails(2, "address application 0", &[]);
    desk.fails(2, "address application X", &[]);

    let program = desk.file("program", &PROGRAM);
    assert_eq!(
        desk.json(&format!("address program {program}"), &[]),
        json!({"address": PROGRAM_ACCOUNT})
    );
    says(
        &desk.fails(6, &format!("address program {}", desk.file("text", b"int 1")), &[]),
        &["it is text"],
    );
    desk.fails(10, "address program /not/there", &[]);
}

/// Where an address is an argument, it is helped as `kmd address convert` does.
#[test]
fn a_mistyped_argument_is_helped() {
    let desk = Desk::new();
    let other = if A.starts_with('Q') { "R" } else { "Q" };
    let mistyped = format!("{other}{}", &A[1..]);
    let hint = format!("with {} as character 1 it is one", &A[..1]);
    for words in [
        "key export",
        "key delete",
        "multisig export",
        "multisig delete",
        "multisig import -T 1",
        "sign in -o out --signer",
        "sign in -o out --multisig",
        "sign in -o out --member",
        "sign-program in -o out --account",
    ] {
        says(&desk.fails(2, &format!("{words} {mistyped}"), &[]), &[&hint]);
    }
}
