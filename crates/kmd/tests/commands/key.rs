//! `kmd key`

use serde_json::json;

use crate::desk::{Desk, PASSWORD, says};
use crate::support::algorand::{address, key_of_label};
use crate::support::daemon::mode;

#[test]
fn new_and_list() {
    let desk = Desk::with_wallet();
    let none = desk.run("key list", &[PASSWORD]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
    says(&none.stderr, &["kmd key new"]);

    let first = desk.ok("key new", &[PASSWORD]);
    let more = desk.json("key new -w savings --count 4", &[PASSWORD]);
    assert_eq!(more["wallet"], "savings");
    let mut all: Vec<String> = vec![first.trim().to_owned()];
    all.extend(
        more["addresses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap().to_owned()),
    );
    all.sort();
    let mut listed: Vec<String> = desk.ok("key list", &[PASSWORD]).lines().map(str::to_owned).collect();
    listed.sort();
    assert_eq!(listed, all);
    let listed = desk.json("key list", &[PASSWORD]);
    assert_eq!(listed["addresses"].as_array().unwrap().len(), 5);

    desk.fails(4, "key new", &["wrong"]);
    desk.fails(4, "key list", &["wrong"]);
    desk.fails(5, "key new -w other", &[PASSWORD]);
    desk.fails(2, "key new --count 0", &[PASSWORD]);
}

#[test]
fn words_of_a_key_there_and_back() {
    let desk = Desk::with_wallet();
    let address = desk.new_key();
    let words = desk.ok(&format!("key export {address}"), &[PASSWORD]);
    assert_eq!(words.split_whitespace().count(), 25);
    let shown = desk.json(&format!("key export {address}"), &[PASSWORD]);
    assert_eq!(shown, json!({"address": address, "words": words.trim()}));

    desk.daemon.api().create("other", PASSWORD);
    let exit = desk.run("key import -w other --yes", &[words.trim(), PASSWORD]);
    assert_eq!(
        exit.stdout,
        format!("Imported {address} into the wallet other.\n"),
        "{exit:?}"
    );
    says(&exit.stderr, &[&format!("This is the key of {address}.")]);
    let again = desk.fails(7, "key import -w other --yes", &[words.trim(), PASSWORD]);
    says(&again, &["already exists"]);

    // Several lines are as good as one.
    let lines: Vec<&str> = words.split_whitespace().chain([PASSWORD]).collect();
    desk.ok(&format!("key delete -w other --yes {address}"), &[PASSWORD]);
    let imported = desk.json("key import -w other --yes", &lines);
    assert_eq!(imported, json!({"wallet": "other", "address": address}));
}

#[test]
fn exporting_fails() {
    let desk = Desk::with_wallet();
    let address = desk.new_key();
    desk.fails(4, &format!("key export {address}"), &["wrong"]);
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";
    says(
        &desk.fails(5, &format!("key export {other}"), &[PASSWORD]),
        &["does not exist"],
    );
    says(&desk.fails(2, "key export ABC", &[PASSWORD]), &["58 characters"]);
    let file = desk.home().file("words");
    let export = format!("key export {address} --output {}", file.display());
    desk.ok(&export, &[PASSWORD]);
    assert_eq!(mode(&file), 0o600);
    desk.fails(10, &export, &[PASSWORD]);
}

#[test]
fn keys_in_files() {
    let desk = Desk::with_wallet();
    let key = key_of_label("file");
    let expected = address(key.verifying_key().as_bytes());
    let (seed, whole) = (desk.home().file("seed"), desk.home().file("whole"));
    std::fs::write(&seed, key.to_bytes()).unwrap();
    std::fs::write(&whole, key.to_keypair_bytes()).unwrap();
    for file in [&seed, &whole] {
        let imported = desk.json(&format!("key import --yes --file {}", file.display()), &[PASSWORD]);
        assert_eq!(imported["address"], expected);
        desk.ok(&format!("key delete --yes {expected}"), &[PASSWORD]);
    }
    let mut torn = key.to_keypair_bytes();
    torn[63] ^= 1;
    std::fs::write(&whole, torn).unwrap();
    let torn = desk.fails(6, &format!("key import --yes --file {}", whole.display()), &[PASSWORD]);
    says(&torn, &["its second half is not the public key"]);

    let words = desk.home().file("words");
    let exported = desk.new_key();
    desk.ok(
        &format!("key export {exported} --output {}", words.display()),
        &[PASSWORD],
    );
    desk.ok(&format!("key delete --yes {exported}"), &[PASSWORD]);
    let imported = desk.json(&format!("key import --yes --file {}", words.display()), &[PASSWORD]);
    assert_eq!(imported["address"], exported);
    std::fs::write(&words, "no words").unwrap();
    says(
        &desk.fails(6, &format!("key import --yes --file {}", words.display()), &[PASSWORD]),
        &["cannot use the key in", "25 words, not 2"],
    );
    desk.fails(10, "key import --yes --file /not/there", &[PASSWORD]);
}

#[test]
fn importing_and_deleting_need_a_confirmation() {
    let desk = Desk::with_wallet();
    let address = desk.new_key();
    let words = desk.ok(&format!("key export {address}"), &[PASSWORD]);
    says(
        &desk.fails(8, "key import", &[words.trim(), PASSWORD]),
        &["--yes", &address],
    );
    says(
        &desk.fails(8, &format!("key delete {address}"), &[PASSWORD]),
        &["--yes", &address],
    );
    assert_eq!(desk.ok("key list", &[PASSWORD]).trim(), address);
}

#[test]
fn delete() {
    let desk = Desk::with_wallet();
    let keys = desk.ok("key new --count 3", &[PASSWORD]);
    let keys: Vec<&str> = keys.lines().collect();
    let deleted = desk.ok(&format!("key delete --yes {}", keys[0]), &[PASSWORD]);
    assert_eq!(deleted, format!("Deleted {} from the wallet savings.\n", keys[0]));

    // One that is not there: none is deleted.
    let absent = desk.fails(5, &format!("key delete --yes {} {}", keys[1], keys[0]), &[PASSWORD]);
    says(&absent, &["has no key of", keys[0], "nothing was deleted"]);
    desk.fails(4, &format!("key delete --yes {}", keys[1]), &["wrong"]);
    desk.fails(2, "key delete --yes", &[PASSWORD]);
    let both = desk.json(&format!("key delete --yes {} {}", keys[1], keys[2]), &[PASSWORD]);
    assert_eq!(both, json!({"wallet": "savings", "deleted": [keys[1], keys[2]]}));
    assert_eq!(desk.ok("key list", &[PASSWORD]), "");
}
