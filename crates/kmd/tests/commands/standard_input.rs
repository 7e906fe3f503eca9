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
