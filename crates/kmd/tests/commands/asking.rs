//! Where passwords come from.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::desk::{Desk, PASSWORD, says};

#[test]
fn from_a_file_its_first_line() {
    let desk = Desk::with_wallet();
    for content in [
        PASSWORD.to_owned(),
        format!("{PASSWORD}\n"),
        format!("{PASSWORD}\r\nsecond line\n"),
    ] {
        desk.home().write("password", &content);
        let exit = desk.run(&format!("key list --password-file {}", file(&desk)), &[]);
        assert_eq!(exit.code, Some(0), "{content:?}: {exit:?}");
        assert!(!exit.stderr.contains("chmod"), "{exit:?}");
    }
    desk.home().write("password", "wrong");
    desk.fails(4, &format!("key list --password-file {}", file(&desk)), &[]);
    says(
        &desk.fails(10, "key list --password-file /not/there", &[]),
        &["cannot read the password"],
    );
    fs::write(desk.home().file("password"), b"\xff").unwrap();
    says(
        &desk.fails(6, &format!("key list --password-file {}", file(&desk)), &[]),
        &["UTF-8"],
    );
}

/// An empty file is one that was cut short. The empty password has to be said: by an empty line.
#[test]
fn nothing_at_all_is_no_password() {
    let desk = Desk::with_wallet();
    desk.home().write("password", "");
    desk.home().write("words", &desk.ok("wallet export-mdk", &[PASSWORD]));
    let (password, words) = (file(&desk), desk.path("words"));
    for (command, lines) in [
        (format!("wallet create w --password-file {password}"), vec![]),
        (
            format!("wallet recover w --words-file {words} --yes --password-file {password}"),
            vec![],
        ),
        (
            format!("wallet password --new-password-file {password}"),
            vec![PASSWORD],
        ),
        ("wallet create w --password-file /dev/stdin".to_owned(), vec![]),
        (format!("key list --password-file {password}"), vec![]),
    ] {
        let said = desk.fails(2, &command, &lines);
        says(&said, &["there is no password in", "it is empty", "one empty line"]);
    }
    assert_eq!(desk.daemon.api().wallet_names(), ["savings"]);
    desk.home().write("password", "\n");
    desk.ok(&format!("wallet create blank --password-file {password}"), &[]);
    desk.ok("key list -w blank", &[""]);
}

#[test]
fn from_a_file_that_others_can_read_with_a_warning() {
    let desk = Desk::with_wallet();
    desk.home().write("password", PASSWORD);
    fs::set_permissions(desk.home().file("password"), Permissions::from_mode(0o644)).unwrap();
    let exit = desk.run(&format!("key list --password-file {}", file(&desk)), &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    says(&exit.stderr, &["chmod 600"]);
}

#[test]
fn from_standard_input_or_nobody() {
    let desk = Desk::with_wallet();
    desk.ok("key list", &[PASSWORD, "the rest is not read"]);
    let none = desk.fails(2, "key list", &[]);
    says(
        &none,
        &[
            "Password of the wallet savings",
            "standard input ended",
            "--password-file",
        ],
    );
    let long = "x".repeat(5000);
    says(&desk.fails(2, "key list", &[&long]), &["4096"]);
}

#[test]
fn never_from_an_argument_or_the_environment() {
    let help = Desk::new().run("key list --help", &[]).stdout;
    assert!(!help.contains("--password <"), "{help}");
    assert!(!help.contains("[env"), "{help}");
}

fn file(desk: &Desk) -> String {
    desk.home().file("password").display().to_string()
}
