//! Questions at a real terminal: what is shown, and what never is.

use std::fs::{self, DirEntry};

use rustix::process::Signal;
use rustix::termios::LocalModes;

use crate::desk::{Desk, PASSWORD, says};
use crate::screen::Screen;
use crate::support::wait_for;

#[test]
fn a_password_is_not_shown() {
    let desk = Desk::with_wallet();
    let mut screen = Screen::run(&desk, "wallet info");
    screen.waits_for("Password of the wallet savings: ");
    screen.answer(PASSWORD);
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    says(&shown, &["savings", "Keys"]);
    assert!(!shown.contains(PASSWORD) && !shown.contains("horse"), "{shown}");
}

#[test]
fn what_was_typed_before_the_question_is_thrown_away() {
    let desk = Desk::with_wallet();
    let mut screen = Screen::with_typed_ahead(&desk, "wallet info", "typed too early\n");
    screen.waits_for("Password of the wallet savings: ");
    screen.answer(PASSWORD);
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn the_echo_comes_back() {
    let desk = Desk::with_wallet();
    let mut screen = Screen::run(&desk, "wallet info");
    screen.waits_for("Password of the wallet savings: ");
    assert!(!screen.local_modes().contains(LocalModes::ECHO));
    screen.answer("wrong");
    screen.waits_for("cannot unlock");
    assert!(screen.local_modes().contains(LocalModes::ECHO));
    assert_eq!(screen.end().0, Some(4));
}

#[test]
fn a_new_password_is_asked_for_twice() {
    let desk = Desk::new();
    let mut screen = Screen::run(&desk, "wallet create savings");
    for (first, second) in [(PASSWORD, "something else"), (PASSWORD, PASSWORD)] {
        screen.waits_for("New password of the wallet savings: ");
        screen.answer(first);
        screen.waits_for("The same again: ");
        screen.answer(second);
    }
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    says(&shown, &["The two are not the same.", "Created the wallet savings."]);
    assert!(!shown.contains("horse") && !shown.contains("something else"), "{shown}");
    let api = &mut desk.daemon.api();
    let id = api.wallet_ids().remove(0);
    api.open(&id, PASSWORD);
}

#[test]
fn deleting_asks() {
    let desk = Desk::with_wallet();
    let key = desk.new_key();
    for (answer, code) in [("n", 8), ("", 8), ("y", 0)] {
        let mut screen = Screen::run(&desk, &format!("key delete {key}"));
        screen.waits_for("Delete this key from the wallet savings for good? [y/N] ");
        screen.answer(answer);
        if code == 0 {
            screen.waits_for("Password of the wallet savings: ");
            screen.answer(PASSWORD);
        }
        let (ended, shown) = screen.end();
        assert_eq!(ended, Some(code), "{answer:?}: {shown}");
        says(&shown, &[&key]);
    }
    assert_eq!(desk.ok("key list", &[PASSWORD]), "");
}

#[test]
fn a_word_that_is_none_is_asked_for_again() {
    let desk = Desk::with_wallet();
    let address = desk.new_key();
    let words = desk.ok(&format!("key export {address}"), &[PASSWORD]);
    desk.ok(&format!("key delete --yes {address}"), &[PASSWORD]);
    let words: Vec<&str> = words.split_whitespace().collect();

    let mut screen = Screen::run(&desk, "key import");
    screen.waits_for("The 25 words of the key: ");
    screen.answer(&words[..10].join(" "));
    screen.waits_for("10 so far, from word 11 on: ");
    screen.answer(&format!("{} qqq {}", words[10], words[12..].join(" ")));
    screen.waits_for("word 12 is not in the word list; the nearest one is");
    screen.waits_for("Word 12: ");
    screen.answer(words[11]);
    screen.waits_for(&format!("This is the key of {address}."));
    screen.waits_for("Import it into the wallet savings? [y/N] ");
    screen.answer("y");
    screen.waits_for("Password of the wallet savings: ");
    screen.answer(PASSWORD);
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(desk.ok("key list", &[PASSWORD]).trim(), address);
    assert!(!shown.contains(words[11]), "{shown}");
}

#[test]
fn interrupting_does_nothing() {
    let desk = Desk::new();
    let mut screen = Screen::run(&desk, "wallet create savings");
    screen.waits_for("New password of the wallet savings: ");
    screen.write("\x03");
    let (code, shown) = screen.end();
    assert_ne!(code, Some(0), "{shown}");
    assert!(desk.daemon.api().wallet_names().is_empty());
}

#[test]
fn colour_is_for_terminals_and_can_be_refused() {
    let desk = Desk::with_wallet();
    let bold = "\x1b[1m";
    assert!(Screen::run(&desk, "wallet list").end().1.contains(bold));
    let refused = Screen::without_colour(&desk, "wallet list");
    assert!(!refused.end().1.contains(bold));
    assert!(!desk.ok("wallet list", &[]).contains(bold));
}

#[test]
fn work_that_takes_long_shows_that_it_goes_on() {
    let desk = Desk::with_wallet();
    let mut screen = Screen::run(&desk, "wallet info");
    screen.waits_for("Password of the wallet savings: ");
    desk.daemon.process.signal(Signal::STOP);
    wait_until_stopped(desk.daemon.process.id());
    screen.answer(PASSWORD);
    screen.waits_for("unlocking: 1 s");
    desk.daemon.process.signal(Signal::CONT);
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    says(&shown, &["\r\x1b[K\x1b[1mName"]);
}

/// So many keys that they are not done before the progress shows, however fast the machine is.
#[test]
fn many_keys_show_how_many_there_are() {
    let desk = Desk::with_wallet();
    let mut screen = Screen::run(&desk, "key new --count 1000000");
    screen.waits_for("Password of the wallet savings: ");
    screen.answer(PASSWORD);
    screen.waits_until("some keys are shown as done", |shown| {
        numbers_of_keys(shown).last() > Some(&0)
    });
    screen.write("\x03");
    let (code, shown) = screen.end();
    assert_ne!(code, Some(0), "it was interrupted");
    let shown = numbers_of_keys(&shown);
    assert!(shown.is_sorted(), "{shown:?}");
    let there = desk.ok("key list", &[PASSWORD]).lines().count();
    assert!(shown.last() <= Some(&there), "{shown:?} of which {there} are there");
}

fn numbers_of_keys(shown: &str) -> Vec<usize> {
    let lines = shown.split("generating keys: ").skip(1);
    let number = |line: &str| line.split_once(" of 1000000")?.0.parse().ok();
    lines.filter_map(number).collect()
}

/// Until then a thread of the process may still answer.
fn wait_until_stopped(process: u32) {
    let is_stopped = |task: DirEntry| {
        let status = fs::read_to_string(task.path().join("status")).unwrap();
        status.lines().any(|line| line.starts_with("State:\tT"))
    };
    let tasks = || fs::read_dir(format!("/proc/{process}/task")).unwrap();
    wait_for("all threads are stopped", || {
        tasks()
            .all(|task| is_stopped(task.unwrap()))
            .then_some(())
            .ok_or("some run")
    });
}
