//! How failures look: words, JSON, exit codes.

use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD, says};
use crate::support::daemon::{Home, kmd, run};
use crate::vectors::{A, vector};

#[test]
fn what_because_of_what_and_what_to_do() {
    let desk = Desk::with_wallet();
    let said = desk.fails(4, "key list", &["wrong"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "kmd: cannot unlock the wallet savings");
    assert!(lines[1].starts_with("  because: "), "{said}");
    assert!(lines.last().unwrap().starts_with("  hint: "), "{said}");
}

#[test]
fn as_json() {
    let desk = Desk::with_wallet();
    let said = desk.fails(4, "key list --json", &["wrong"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    let error = &said["error"];
    assert_eq!(error["kind"], "wrong-password");
    assert_eq!(error["message"], "cannot unlock the wallet savings");
    assert!(error["causes"].is_array() && error["hints"].is_array(), "{said}");
}

/// A script can read all of standard error, also what is said before it fails.
#[test]
fn as_json_every_line() {
    let desk = Desk::new();
    desk.wallet_of("w", &[A]);
    let file = desk.file("in", &vector("unsigned"));
    let weak = "wallet create weak --json".to_owned();
    for (words, last) in [
        (weak, "note"),
        (format!("key delete {A} -w w --json"), "error"),
        (format!("sign {file} -w w -o {} --json", desk.path("out")), "error"),
    ] {
        let exit = desk.run(&words, &[if last == "note" { "weak" } else { PASSWORD }]);
        let lines: Vec<Value> = exit
            .stderr
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (end, notes) = lines.split_last().unwrap();
        assert!(end[last].is_object() || end[last].is_string(), "{words}: {exit:?}");
        assert!(notes.iter().all(|note| note["note"].is_string()), "{words}: {exit:?}");
    }
}

#[test]
fn as_json_also_where_the_command_line_is_wrong() {
    for (words, code, message, hint) in [
        (
            "wallet list --json --bogus",
            2,
            "unexpected argument '--bogus' found",
            "Usage: kmd wallet list",
        ),
        (
            "--json wallet lst",
            2,
            "unrecognized subcommand 'lst'",
            "a similar subcommand exists: 'list'",
        ),
        (
            "wallet password w --scrypt-n 3 --json",
            2,
            "scrypt takes powers of two",
            "--help",
        ),
        ("key delete A --json", 2, "invalid value 'A'", "--help"),
        ("key delete --json", 2, "not provided: <ADDRESS>...", "Usage: kmd key"),
        ("--json wallet", 2, "a command is missing", "--help"),
        ("--json --no-start", 3, "are for commands", "Usage: kmd"),
    ] {
        let exit = run(kmd().args(words.split(' ')));
        assert_eq!((exit.code, exit.stdout.as_str()), (Some(code), ""), "{words}: {exit:?}");
        let said: Value = serde_json::from_str(&exit.stderr).unwrap_or_else(|error| panic!("{error}: {exit:?}"));
        let error = &said["error"];
        assert_eq!(error["kind"], "usage", "{words}: {exit:?}");
        assert_eq!(error["causes"], json!([]), "{words}: {exit:?}");
        says(&error["message"].to_string(), &[message]);
        says(&error["hints"].to_string(), &[hint]);
    }
    // Here it is no option, and help is no failure.
    let exit = run(kmd().args(["wallet", "list", "--", "--json"]));
    says(&exit.stderr, &["error: unexpected argument"]);
    assert_eq!(run(kmd().args(["wallet", "list", "--json", "--help"])).code, Some(0));
}

#[test]
fn a_wrong_command_line_is_told_apart_from_a_daemon_that_does_not_start() {
    let home = Home::cheap();
    let cases = [
        ("wallet", 2),
        ("wallet frobnicate", 2),
        ("wallet list --frobnicate", 2),
        ("--frobnicate", 3),
        ("-t many", 3),
        ("--json", 3),
        ("--no-start", 3),
    ];
    for (words, code) in cases {
        let exit = run(home.command().args(words.split(' ')));
        assert_eq!(exit.code, Some(code), "{words}: {exit:?}");
        assert!(!home.has("kmd.lock"), "{words} started a daemon");
    }
}

#[test]
fn without_a_data_directory() {
    let exit = run(kmd().args(["wallet", "list", "--json"]).env_remove("HOME"));
    assert_eq!(exit.code, Some(2), "{exit:?}");
    let said: Value = serde_json::from_str(&exit.stderr).unwrap();
    assert_eq!(said["error"]["message"], json!("no data directory"));
    assert_eq!(said["error"]["hints"], json!(["give one with -d DIR"]));
}

#[test]
fn a_token_that_is_not_the_daemon_s() {
    let desk = Desk::with_wallet();
    desk.home().write("kmd.token", &"b".repeat(64));
    says(
        &desk.fails(3, "wallet list", &[]),
        &["invalid API token", "start the daemon anew"],
    );
    desk.home().write("kmd.token", "short");
    says(&desk.fails(3, "wallet list", &[]), &["64 to 256 characters"]);
}

/// It runs, so it is asked whether it serves, and nobody waits for another one to start.
#[test]
fn a_daemon_that_has_lost_its_token() {
    let desk = Desk::with_wallet();
    std::fs::remove_file(desk.home().file("kmd.token")).unwrap();
    let said = desk.fails(3, "wallet list", &[]);
    says(&said, &["cannot be asked without its token", "kmd.token", "doctor"]);
    says(&desk.home().read("kmd.log"), &["route=\"/ready\""]);
}

#[test]
fn no_secret_is_said() {
    let desk = Desk::with_wallet();
    let address = desk.new_key();
    let words = desk.ok(&format!("key export {address}"), &[PASSWORD]);
    let secret = "a very peculiar password";
    for (command, lines) in [
        ("key list", vec![secret]),
        ("key import --yes", vec![words.trim(), secret]),
        ("wallet recover savings2 --yes", vec![words.trim(), secret]),
    ] {
        let exit = desk.run(command, &lines);
        let said = exit.stdout + &exit.stderr;
        assert!(!said.contains(secret) && !said.contains(words.trim()), "{said}");
    }
}
