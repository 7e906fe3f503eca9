//! `kmd sign`: what it writes is what py-algorand-sdk signs with the same keys.

use serde_json::json;

use crate::desk::{Desk, PASSWORD, says};
use crate::screen::Screen;
use crate::vectors::{A, B, C, MULTISIG, canonical, vector, vectors};

const GROUP: [&str; 3] = [
    "group 1 of 3, unsigned",
    "group 2 of 3, unsigned",
    "group 3 of 3, unsigned",
];

/// Signs a file and returns what was written.
fn sign(desk: &Desk, options: &str, input: &[u8]) -> Vec<u8> {
    let file = desk.file("in", input);
    desk.ok(
        &format!("sign {file} -o {} --force --yes {options}", desk.path("out")),
        &[PASSWORD],
    );
    desk.bytes("out")
}

/// How signing fails, with this exit code; nothing is written.
fn refused(desk: &Desk, code: i32, options: &str, input: &[u8]) -> String {
    let file = desk.file("in", input);
    let said = desk.fails(
        code,
        &format!("sign {file} -o {} {options}", desk.path("out")),
        &[PASSWORD],
    );
    assert!(!desk.has("out"), "{said}");
    said
}

#[test]
fn with_one_key() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let signed = vector("signed by key");
    assert_eq!(sign(&desk, "", &vector("unsigned")), signed);
    // Without the map around it, and with its signature already.
    let bare = &vector("unsigned")[5..];
    assert_eq!(sign(&desk, "", bare), signed);
    let both = vectors(&["unsigned", "signed by key"]);
    assert_eq!(sign(&desk, "", &both), [&signed[..], &signed].concat());
    let only = sign(&desk, "--only 2", &vectors(&["unsigned", "unsigned"]));
    assert_eq!(only, vectors(&["unsigned", "signed by key"]));
}

#[test]
fn for_a_rekeyed_sender() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let rekeyed = canonical(&vector("signed by another key, sender rekeyed"));
    // {sgnr, txn}, and {txn} with the signer named.
    let transaction = &rekeyed[rekeyed.windows(4).position(|window| window == b"\xa3txn").unwrap()..];
    let unsigned = [b"\x81", transaction].concat();
    assert_eq!(sign(&desk, &format!("--signer {A}"), &unsigned), rekeyed);
    let named = [b"\x82", &rekeyed[1..40], transaction].concat();
    assert_eq!(sign(&desk, "", &named), rekeyed);
    std::fs::remove_file(desk.path("out")).unwrap();
    says(&refused(&desk, 5, "--yes", &unsigned), &["no key of", C]);
}

#[test]
fn for_a_multisig_account_one_after_the_other() {
    let desk = Desk::new();
    for (name, account) in [("a", A), ("b", B), ("c", C)] {
        desk.wallet_of(name, &[account]);
    }
    desk.wallet_of("all", &[A, B, C]);
    let first = sign(&desk, "-w a", &vector("multisig unsigned"));
    assert_eq!(first, vector("multisig 1 of 2"));
    let second = sign(&desk, "-w c", &first);
    assert_eq!(second, vector("multisig 2 of 2"));
    // It is complete; a member may add to it all the same, when asked to.
    std::fs::remove_file(desk.path("out")).unwrap();
    says(&refused(&desk, 5, "-w b --yes", &second), &["it is signed"]);
    says(
        &refused(&desk, 5, "-w a --yes", &first),
        &["no key of", "that has not signed"],
    );

    // A wallet that knows the account needs no more than the transaction, and signs as often as is needed.
    desk.knows_multisig("all");
    let whole = vector("multisig unsigned");
    let transaction = whole.windows(4).position(|window| window == b"\xa3txn").unwrap();
    let bare = [b"\x81", &whole[transaction..]].concat();
    says(&refused(&desk, 5, "-w a --yes", &bare), &["no key of", MULTISIG]);
    let members = format!("-w all --multisig {MULTISIG} --member {A} --member {C}");
    assert_eq!(sign(&desk, &members, &bare), vector("multisig 2 of 2"));
    let all = format!("-w all --member {A} --member {B} --member {C}");
    assert_eq!(sign(&desk, &all, &bare), vector("multisig 3"));
    let two = desk.file("two", &sign(&desk, "-w all", &bare));
    says(
        &desk.ok(&format!("inspect {two}"), &[]),
        &["2 of the 2 needed, of 3 keys: valid"],
    );
}

#[test]
fn for_a_sender_that_was_rekeyed_to_a_multisig_account() {
    let desk = Desk::new();
    desk.wallet_of("w", &[B, C]);
    desk.knows_multisig("w");
    let expected = vector("multisig of a rekeyed sender");
    let transaction = expected.windows(4).position(|window| window == b"\xa3txn").unwrap();
    let unsigned = [b"\x81", &expected[transaction..]].concat();
    assert_eq!(
        sign(
            &desk,
            &format!("--signer {MULTISIG} --member {B} --member {C}"),
            &unsigned
        ),
        expected
    );
}

#[test]
fn groups_whole_or_by_several() {
    let desk = Desk::new();
    desk.wallet_of("two", &[A, B]);
    desk.wallet_of("one", &[C]);
    let file = desk.file("in", &vectors(&GROUP));
    let report = desk.json(
        &format!("sign {file} -o {} --yes -w two", desk.path("half")),
        &[PASSWORD],
    );
    let states: Vec<_> = report["transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["good", "good", "missing"]);
    assert_eq!(report["transactions"][0]["signed_by"], json!([A]));
    assert_eq!(report["transactions"][2]["signed_by"], json!([]));
    let signed = ["group 1 of 3, signed", "group 2 of 3, signed", "group 3 of 3, signed"];
    assert_eq!(sign(&desk, "-w one", &desk.bytes("half")), vectors(&signed));

    std::fs::remove_file(desk.path("out")).unwrap();
    let part = vectors(&GROUP[..2]);
    says(
        &refused(&desk, 6, "--yes -w two", &part),
        &["not whole", "--partial-group"],
    );
    says(
        &refused(
            &desk,
            6,
            "--yes -w two --partial-group",
            &vectors(&[GROUP[1], GROUP[0], GROUP[2]]),
        ),
        &["right is 2, 1, 3"],
    );
    assert_eq!(sign(&desk, "-w two --partial-group", &part), vectors(&signed[..2]));
}

#[test]
fn more_than_fit_in_one_request() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let signed = sign(&desk, "", &vector("unsigned").repeat(2100));
    assert!(signed == vector("signed by key").repeat(2100));
}

#[test]
fn nothing_is_written_unless_all_is_well() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let unsigned = vector("unsigned");
    says(
        &refused(&desk, 8, "", &unsigned),
        &["--yes", "payment", "12.500000 Algos", "with the key of", A],
    );
    let wrong = desk.fails(
        4,
        &format!("sign {} -o {} --yes", desk.path("in"), desk.path("out")),
        &["wrong"],
    );
    says(&wrong, &["cannot unlock"]);
    says(&refused(&desk, 6, "--yes", b"{}"), &["is not a file of transactions"]);
    says(&refused(&desk, 2, "--yes --only 2", &unsigned), &["no transaction 2"]);
    desk.fails(2, &format!("sign {}", desk.path("in")), &[PASSWORD]);
    let mut damaged = vector("multisig 1 of 2");
    damaged[60] ^= 1;
    says(
        &refused(&desk, 6, "--yes", &damaged),
        &["transaction 1 has a wrong signature already"],
    );
    let other = format!("--yes --signer {B}");
    says(
        &refused(&desk, 6, &other, &vector("multisig 1 of 2")),
        &["partly signed for", MULTISIG],
    );
}

#[test]
fn a_file_that_is_there_stays() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let file = desk.file("in", &vector("unsigned"));
    let out = desk.file("out", b"precious");
    let said = desk.fails(10, &format!("sign {file} -o {out} --yes"), &[PASSWORD]);
    says(&said, &["exists already", "--force"]);
    assert_eq!(desk.bytes("out"), b"precious");
    desk.ok(&format!("sign {file} -o {file} --yes --force"), &[PASSWORD]);
    assert_eq!(desk.bytes("in"), vector("signed by key"));
    desk.file("in", &vector("unsigned"));
    let said = desk.fails(10, &format!("sign {file} -o /not/there --yes"), &[PASSWORD]);
    says(&said, &["cannot write /not/there"]);
}

#[test]
fn at_a_terminal_it_shows_and_asks() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let file = desk.file("in", &vector("unsigned"));
    for (answer, code) in [("n", 8), ("y", 0)] {
        let mut screen = Screen::run(&desk, &format!("sign {file} -o {}", desk.path("out")));
        screen.waits_for("12.500000 Algos");
        screen.waits_for("Password of the wallet w: ");
        screen.answer(PASSWORD);
        screen.waits_for("Sign 1 transaction with the wallet w? [y/N] ");
        screen.answer(answer);
        let (found, shown) = screen.end();
        assert_eq!(found, Some(code), "{shown}");
        assert_eq!(desk.has("out"), code == 0);
    }
    assert_eq!(desk.bytes("out"), vector("signed by key"));
}
