//! A wallet at a terminal from its making to its loss and back, by its words and by its backup.

use std::fs;

use crate::desk::{Desk, PASSWORD, says};
use crate::screen::Screen;
use crate::support::algorand::{check_signed, payment, public_key};

const ASKS: &str = "Password of the wallet savings: ";
const ASKS_FOR_A_NEW_ONE: &str = "New password of the wallet savings: ";
const AN_ADDRESS: usize = 58;

#[test]
fn a_wallet_is_made_lost_and_brought_back_twice() {
    let desk = Desk::new();
    with_new_password(Screen::run(&desk, "wallet create savings"));
    let keys = [new_key(&desk), new_key(&desk)];
    assert_ne!(keys[0], keys[1]);
    let said = with_password(Screen::run(&desk, "wallet backup --file-name safe.db"), ASKS);
    says(&said, &["Backed the wallet savings up to", "2 generated keys"]);
    let words = words(&with_password(Screen::run(&desk, "wallet export-mdk"), ASKS));

    let desk = lose(desk);
    let mut screen = Screen::run(&desk, "wallet recover savings --keys 2");
    screen.waits_for("The 25 words of the wallet savings: ");
    screen.answer(&words);
    screen.waits_for(&format!("The first key of these words is that of {}.", keys[0]));
    screen.waits_for("Make the wallet savings? [y/N] ");
    screen.answer("y");
    let said = with_new_password(screen);
    assert_eq!(addresses(&said[said.find("Recovered the wallet").unwrap()..]), keys);
    assert_listed(&desk, &keys);

    let desk = lose(desk);
    let restore = Screen::run(&desk, "wallet restore safe.db");
    let said = with_password(restore, "Password of the wallet in the backup safe.db: ");
    says(&said, &["Restored the wallet savings.", "2 generated keys"]);
    assert_listed(&desk, &keys);
    sign_and_verify(&desk, &keys[1]);
}

/// Stops the daemon, deletes the only wallet, and starts another daemon.
fn lose(desk: Desk) -> Desk {
    let home = desk.home().clone();
    assert_eq!(desk.daemon.stop().code, Some(0));
    let files = home.wallet_files();
    assert_eq!(files.len(), 1, "{files:?}");
    fs::remove_file(home.wallets().join(&files[0])).unwrap();
    let desk = Desk { daemon: home.start() };
    assert!(!desk.ok("wallet list", &[]).contains("savings"));
    desk
}

fn new_key(desk: &Desk) -> String {
    addresses(&with_password(Screen::run(desk, "key new"), ASKS)).remove(0)
}

/// Signs a payment of this account at the terminal, and has it looked at by kmd and by the tests.
fn sign_and_verify(desk: &Desk, account: &str) {
    let account_key = public_key(account);
    let transaction = payment(&account_key);
    let file = desk.file("payment.txn", &[b"\x81\xa3txn", &transaction[..]].concat());
    let out = desk.path("payment.stxn");
    let mut screen = Screen::run(desk, &format!("sign {file} -o {out}"));
    screen.waits_for(account);
    screen.waits_for(ASKS);
    screen.answer(PASSWORD);
    screen.waits_for("Sign 1 transaction with the wallet savings? [y/N] ");
    screen.answer("y");
    says(&end(screen), &["Signed 1 transaction"]);
    check_signed(&desk.bytes("payment.stxn"), &transaction, &account_key);
    let verdict = end(Screen::run(desk, &format!("verify {out}")));
    says(&verdict, &["good", account]);
}

fn assert_listed(desk: &Desk, keys: &[String]) {
    let mut listed = addresses(&with_password(Screen::run(desk, "key list"), ASKS));
    let mut keys = keys.to_vec();
    listed.sort();
    keys.sort();
    assert_eq!(listed, keys);
}

/// Answers the one question that there is, and waits for the end.
fn with_password(mut screen: Screen, question: &str) -> String {
    screen.waits_for(question);
    screen.answer(PASSWORD);
    end(screen)
}

fn with_new_password(mut screen: Screen) -> String {
    for question in [ASKS_FOR_A_NEW_ONE, "The same again: "] {
        screen.waits_for(question);
        screen.answer(PASSWORD);
    }
    end(screen)
}

fn end(screen: Screen) -> String {
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    shown
}

fn addresses(shown: &str) -> Vec<String> {
    let is_address = |word: &&str| word.len() == AN_ADDRESS && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    shown.split_whitespace().filter(is_address).map(str::to_owned).collect()
}

/// The line with the 25 words, as it is typed again.
fn words(shown: &str) -> String {
    let line = shown.lines().find(|line| line.split_whitespace().count() == 25);
    line.unwrap_or_else(|| panic!("25 words in {shown}")).trim().to_owned()
}
