//! `kmd mnemonic`

use std::fs::File;
use std::io::Seek;

use serde_json::json;

use crate::desk::{Desk, says};
use crate::screen::Screen;
use crate::support::daemon::{kmd, mode};
use crate::vectors::{A, key_file};

/// The words of A, by py-algorand-sdk.
const WORDS: &str = "yellow fall easily slim marble index sibling casual laundry list vanish sorry chalk shrimp length into until frog rail pass craft tail pattern able tuna";

#[test]
fn words_and_key_files() {
    let desk = Desk::new();
    let key = desk.path("key");
    let said = desk.ok(&format!("mnemonic to-key -o {key}"), &[WORDS]);
    assert_eq!(said, format!("Wrote the key of {A} to {key}.\n"));
    assert_eq!(desk.bytes("key"), key_file(A));
    assert_eq!(mode(&desk.home().file("key")), 0o600);
    says(
        &desk.fails(10, &format!("mnemonic to-key -o {key}"), &[WORDS]),
        &["cannot write the key"],
    );

    assert_eq!(
        desk.ok(&format!("mnemonic from-key {key} --show"), &[]),
        format!("{WORDS}\n")
    );
    assert_eq!(
        desk.json(&format!("mnemonic from-key {key} --show"), &[]),
        json!({"address": A, "words": WORDS})
    );
    let words = desk.path("words");
    let said = desk.ok(&format!("mnemonic from-key {key} -o {words}"), &[]);
    assert!(!said.contains("slim"), "{said}");
    assert_eq!(desk.home().read("words"), format!("{WORDS}\n"));
    assert_eq!(mode(&desk.home().file("words")), 0o600);
    desk.fails(2, &format!("mnemonic from-key {key}"), &[]);
    desk.fails(10, &format!("mnemonic from-key {key} -o {words}"), &[]);
    says(
        &desk.fails(
            6,
            &format!("mnemonic from-key {} --show", desk.file("short", &[7; 31])),
            &[],
        ),
        &[],
    );
}

#[test]
fn checked() {
    let desk = Desk::new();
    let file = desk.file("words", WORDS.replace(' ', "\n").to_uppercase().as_bytes());
    assert_eq!(desk.ok(&format!("mnemonic check -f {file}"), &[]).trim(), A);
    assert_eq!(desk.json("mnemonic check", &[WORDS]), json!({"address": A}));
    assert_eq!(desk.json("mnemonic check -f -", &[WORDS]), json!({"address": A}));
}

/// What is read through the standard library's buffer stays in it, 8 KiB at a time, and nobody wipes it.
#[test]
fn no_more_is_read_of_standard_input_than_is_wiped() {
    let desk = Desk::new();
    let mut words = File::open(desk.file("long", &[b'a'; 16 << 10])).unwrap();
    let output = kmd()
        .args(["mnemonic", "check"])
        .stdin(words.try_clone().unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(10), "{output:?}");
    // The command and the test share the place in the file: one byte behind the most that words may have.
    assert_eq!(words.stream_position().unwrap(), 4097);
}

#[test]
fn hints_and_no_secrets() {
    let desk = Desk::new();
    let words: Vec<&str> = WORDS.split(' ').collect();
    let mut swapped = words.clone();
    swapped.swap(6, 7);
    let mut unknown = words.clone();
    unknown[0] = "xyzzy";
    unknown[24] = "abandn";
    let cases = [
        (swapped, vec!["checksum", "words 7 and 8 may have changed places"]),
        (
            unknown,
            vec![
                "word 1 is not in the word list",
                "word 25 is not in the word list",
                "\"abandon\"",
            ],
        ),
        (words[..24].to_vec(), vec!["25 words, not 24"]),
    ];
    for (text, expected) in cases {
        let said = desk.fails(6, "mnemonic check", &[&text.join(" ")]);
        says(&said, &expected);
        let is_said = |word: &str| said.split(|c: char| !c.is_alphabetic()).any(|other| other == word);
        // The word "list" is in the message and among the words.
        let leaked = words[1..24].iter().find(|word| **word != "list" && is_said(word));
        assert_eq!(leaked, None, "{said}");
    }
    desk.fails(6, "mnemonic check", &[]);
    desk.fails(10, "mnemonic check -f /not/there", &[]);
    says(
        &desk.fails(2, &format!("mnemonic check {}", words[0]), &[]),
        &["unexpected argument"],
    );
}

#[test]
fn typed_at_a_terminal_without_echo() {
    let desk = Desk::new();
    let mut screen = Screen::run(&desk, "mnemonic check");
    screen.waits_for("The 25 words of the key: ");
    screen.answer(WORDS);
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    says(&shown, &[A]);
    assert!(!shown.contains(WORDS.split(' ').next().unwrap()), "{shown}");
}
