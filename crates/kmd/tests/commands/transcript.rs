//! The run of commands that the README shows: what a terminal shows when they are typed.
//!
//! `UPDATE_PAGES=1 cargo test -p kmd --test commands transcript` writes it anew.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use data_encoding::BASE64;

use crate::desk::PASSWORD;
use crate::screen::{Screen, at_terminal};
use crate::starting::Started;
use crate::support::algorand::{address, public_key};
use crate::support::daemon::{Home, cheap};
use crate::support::pack::Pack;

const BEGIN: &str = "<!-- What follows is written by a test. -->\n```console\n";
const END: &str = "```\n<!-- End of what is written by a test. -->";

#[test]
fn the_readme_shows_what_a_terminal_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let start = readme.find(BEGIN).expect("the beginning of the transcript") + BEGIN.len();
    let end = start + readme[start..].find(END).expect("the end of the transcript");

    let shown = session();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, format!("{}{shown}{}", &readme[..start], &readme[end..])).unwrap();
    } else {
        assert_eq!(readme[start..end], shown, "UPDATE_PAGES=1 writes it");
    }
}

/// From an empty directory to a signed transaction; nothing runs beforehand.
fn session() -> String {
    let home = Home::empty();
    let data_dir = home.below(home.file("kmd"));
    fs::create_dir(&data_dir.path).unwrap();
    data_dir.write("kmd_config.json", &cheap().to_string());
    let _started = Started(data_dir);
    let mut typist = Typist {
        home: &home,
        shown: String::new(),
    };
    let new = "New password of the wallet savings: ";
    let old = ("Password of the wallet savings: ", PASSWORD);

    typist.types(
        "kmd wallet create savings",
        &[(new, PASSWORD), ("The same again: ", PASSWORD)],
    );
    typist.types("kmd wallet export-mdk -o words.txt", &[old]);
    let key = typist.types("kmd key new", &[old]);
    let account = key.lines().last().unwrap();
    fs::write(home.file("payment.txn"), payment(&public_key(account))).unwrap();
    typist.types("kmd sign payment.txn -o payment.stxn", &[old, ("[y/N] ", "y")]);
    typist.types("kmd verify payment.stxn", &[]);
    with_fixed_names(&typist.shown, account)
}

struct Typist<'a> {
    home: &'a Home,
    shown: String,
}

impl Typist<'_> {
    /// Types a command line and the answers to its questions, and gives what was shown meanwhile.
    fn types(&mut self, line: &str, answers: &[(&str, &str)]) -> String {
        let mut command = at_terminal(line.strip_prefix("kmd ").unwrap());
        command
            .current_dir(&self.home.path)
            .env("XDG_DATA_HOME", &self.home.path)
            .env("NO_COLOR", "1");
        let mut screen = Screen::start(command, "");
        for (question, answer) in answers {
            screen.waits_for(question);
            screen.answer(answer);
        }
        let (code, shown) = screen.end();
        assert_eq!(code, Some(0), "{line}: {shown}");
        let lines: Vec<&str> = shown.trim_end().lines().map(str::trim_end).collect();
        let shown = lines.join("\n");
        writeln!(self.shown, "$ {line}\n{shown}").unwrap();
        shown
    }
}

/// The key of a wallet is another one each time. In the README it is always the same one.
fn with_fixed_names(shown: &str, account: &str) -> String {
    let id = shown
        .split(|character: char| !character.is_ascii_alphanumeric())
        .find(|word| {
            word.len() == 52
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
        .expect("the id of the transaction");
    shown
        .replace(account, &address(&[0x5a; 32]))
        .replace(id, "6QDQV3X2LUMD2DRVRZ4NVQ5UEVN6UOCPFGK3RLPHMCEHFUMAWZQA")
}

fn payment(sender: &[u8; 32]) -> Vec<u8> {
    let main_net = BASE64.decode(b"wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=").unwrap();
    Pack::map([
        ("amt", 2_500_000.into()),
        ("fee", 1000.into()),
        ("fv", 50_000_000.into()),
        ("gen", "mainnet-v1.0".into()),
        ("gh", main_net.as_slice().into()),
        ("lv", 50_001_000.into()),
        ("note", b"rent".as_slice().into()),
        ("rcv", [0xa5; 32].as_slice().into()),
        ("snd", sender.as_slice().into()),
        ("type", "pay".into()),
    ])
    .encode()
}
