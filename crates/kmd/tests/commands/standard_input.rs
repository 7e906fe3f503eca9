//! Commands whose data comes from standard input: they ask at the terminal, or nobody.

use std::process::Command;

use crate::desk::{Desk, PASSWORD, says, typed};
use crate::screen::Screen;
use crate::support::daemon::{Exit, kmd};
use crate::vectors::{A, PROGRAM, vector};

/// A desk with the key of A, a file to sign with each command, and the command lines.
fn desk_and_commands() -> (Desk, [(String, &'static str, String); 2]) {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let out = desk.path("out");
    let commands = [
        (
            format!("sign - -o {out} --force"),
            "Sign 1 transaction with the wallet w? [y/N] ",
            desk.file("transactions", &vector("unsigned")),
        ),
        (
            format!("sign-program - --account {A} -o {out} --force"),
            "Let this program spend from",
            desk.file("program", &PROGRAM),
        ),
    ];
    (desk, commands)
}

/// Of a pipe the second would be what is left, which is nothing, and of a file it would be the first again.
#[test]
fn two_secrets_do_not_come_from_standard_input_by_its_name() {
    let desk = Desk::with_wallet();
    let words = desk.ok("wallet export-mdk", &[PASSWORD]);
    let words = words.trim();
    let named = "--password-file /dev/stdin";
    for (command, lines) in [
        (
            format!("wallet password {named} --new-password-file /dev/stdin"),
            vec![PASSWORD, "another password"],
        ),
        (format!("wallet password {named}"), vec![PASSWORD, "another password"]),
        (
            "wallet password --new-password-file /dev/stdin".to_owned(),
            vec![PASSWORD, "another password"],
        ),
        (
            format!("wallet recover w --yes {named}"),
            vec![words, "another password"],
        ),
        (
            format!("wallet recover w --yes --words-file /dev/stdin {named}"),
            vec![words],
        ),
    ] {
        let said = desk.fails(2, &command, &lines);
        says(&said, &["another secret was taken from standard input already"]);
        let file = desk.file("lines", lines.join("\n").as_bytes());
        let exit = without_terminal(&desk, &command, &file);
        assert_eq!(exit.code, Some(2), "{command}: {exit:?}");
        says(&exit.stderr, &["another secret was taken from standard input already"]);
    }
    assert_eq!(desk.daemon.api().wallet_names(), ["savings"]);
    desk.ok("key list", &[PASSWORD]);
}

/// Runs a command line without a terminal, with a file as standard input.
fn without_terminal(desk: &Desk, words: &str, file: &str) -> Exit {
    let mut command = Command::new("setsid");
    command.args(["--wait", "sh", "-c", "exec \"$@\" <\"$0\"", file]);
    command.arg(kmd().get_program()).args(words.split_whitespace());
    typed(command.arg("-d").arg(&desk.home().path), "")
}

#[test]
fn the_person_at_the_terminal_is_asked() {
    let (desk, commands) = desk_and_commands();
    for (words, question, file) in commands {
        for (answer, code) in [("n", 8), ("y", 0)] {
            let mut screen = Screen::with_input(&desk, &words, &file);
            screen.waits_for("Password of the wallet w: ");
            screen.answer(PASSWORD);
            screen.waits_for(question);
            screen.answer(answer);
            let (found, shown) = screen.end();
            assert_eq!(found, Some(code), "{words}: {shown}");
            assert!(!shown.contains(PASSWORD), "{shown}");
        }
        std::fs::remove_file(desk.path("out")).unwrap();
    }
}

#[test]
fn without_a_terminal_a_file_has_the_password() {
    let (desk, commands) = desk_and_commands();
    desk.home().write("password", PASSWORD);
    let password = desk.path("password");
    for (words, _, file) in commands {
        let exit = without_terminal(&desk, &format!("{words} --yes"), &file);
        assert_eq!(exit.code, Some(2), "{words}: {exit:?}");
        says(
            &exit.stderr,
            &[
                "Password of the wallet w",
                "there is no terminal",
                "standard input holds",
                "--password-file",
            ],
        );
        let exit = without_terminal(&desk, &format!("{words} --password-file {password}"), &file);
        assert_eq!(exit.code, Some(8), "{words}: {exit:?}");
        says(&exit.stderr, &["there is no terminal", "--yes confirms beforehand"]);
        assert!(!desk.has("out"));
        let exit = without_terminal(&desk, &format!("{words} --yes --password-file {password}"), &file);
        assert_eq!(exit.code, Some(0), "{words}: {exit:?}");
        std::fs::remove_file(desk.path("out")).unwrap();
    }
}

#[test]
fn a_password_in_what_is_signed_is_refused() {
    let (desk, commands) = desk_and_commands();
    for (words, _, file) in commands {
        for source in ["/dev/stdin", "/proc/self/fd/0", "-", &file] {
            let exit = without_terminal(&desk, &format!("{words} --yes --password-file {source}"), &file);
            assert_eq!(exit.code, Some(2), "{words} {source}: {exit:?}");
            says(
                &exit.stderr,
                &["cannot be read from standard input", "name another file"],
            );
        }
    }
    let dash = desk.fails(2, "key list --password-file -", &[PASSWORD]);
    says(&dash, &["leave it out"]);
    desk.ok("key list --password-file /dev/stdin", &[PASSWORD]);
}
