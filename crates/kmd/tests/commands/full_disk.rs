//! Files that cannot be written whole: a limit on their length stands for a disk that is full.

use std::fs;
use std::process::Command;

use crate::desk::{Desk, PASSWORD, says, typed};
use crate::support::daemon::{Exit, kmd};
use crate::vectors::{A, key_file, vector};

/// Runs a command that may make files, but write not a byte into them.
fn without_room(desk: &Desk, words: &str, input: &str) -> Exit {
    let mut command = Command::new("sh");
    // The signal ignored, the write fails as on a full disk.
    command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]);
    command.arg(kmd().get_program()).args(words.split_whitespace());
    typed(command.arg("-d").arg(&desk.home().path), input)
}

#[test]
fn half_a_file_does_not_stay() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let key = desk.file("key", &key_file(A));
    let transactions = desk.file("in", &vector("unsigned"));
    let out = desk.path("out");
    let words = desk.ok(&format!("mnemonic from-key {key} --show"), &[]);
    let password = format!("{PASSWORD}\n");
    let cases = [
        (
            format!("mnemonic from-key {key} -o {out}"),
            "cannot write the words to",
            "",
        ),
        (
            format!("mnemonic to-key -o {out}"),
            "cannot write the key to",
            words.as_str(),
        ),
        (
            format!("key export {A} -o {out}"),
            "cannot write the words to",
            &password,
        ),
        (
            format!("wallet export-mdk -o {out}"),
            "cannot write the words to",
            &password,
        ),
        (format!("sign {transactions} --yes -o {out}"), "cannot write", &password),
        (
            format!("sign {transactions} --yes --force -o {out}"),
            "cannot write",
            &password,
        ),
    ];
    for (command, said, input) in cases {
        let before = names(&desk);
        let exit = without_room(&desk, &command, input);
        assert_eq!(exit.code, Some(10), "{command}: {exit:?}");
        says(&exit.stderr, &[said, "File too large"]);
        assert_eq!(names(&desk), before, "{command}");
    }
}

/// What is in the data directory.
fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(&desk.home().path).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
