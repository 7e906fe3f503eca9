//! `kmd wallet`

use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD, says, typed};
use crate::screen::Screen;
use crate::support::daemon::{kmd, mode};
use crate::support::pack::Pack;

#[test]
fn list() {
    let desk = Desk::new();
    let none = desk.run("wallet list", &[]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), "NAME  ID\n"));
    says(&none.stderr, &["kmd wallet create NAME"]);
    assert_eq!(desk.json("wallet list", &[]), json!({"wallets": []}));

    let id = desk.daemon.api().create("savings", PASSWORD);
    assert_eq!(desk.ok("wallet list", &[]), format!("NAME     ID\nsavings  {id}\n"));
    let entry = json!({"name": "savings", "id": id, "driver": "sqlite"});
    assert_eq!(desk.json("wallet list", &[]), json!({"wallets": [entry]}));
}

/// Names come from files that others may have made.
#[test]
fn a_name_neither_steers_the_terminal_nor_forges_a_line() {
    let desk = Desk::new();
    let name = "w\u{9b}2J\u{7f}\nsavings  1\n  hint: send money";
    desk.daemon.api().create(name, PASSWORD);
    assert_eq!(desk.ok("wallet list", &[]).lines().count(), 2);
    let json = desk.ok("wallet list --json", &[]);
    assert!(
        json.chars().all(|shown| shown == '\n' || !shown.is_control()),
        "{json:?}"
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["wallets"][0]["name"], name);

    let told = desk.fails(4, "key list", &["wrong"]);
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains("send money"), "{told}");
    assert!(!lines[1..].iter().any(|line| line.contains("send money")), "{told}");
    let told = desk.fails(4, "key list --json", &["wrong"]);
    assert!(
        told.chars().all(|shown| shown == '\n' || !shown.is_control()),
        "{told:?}"
    );
    let json: Value = serde_json::from_str(&told).unwrap();
    says(json["error"]["message"].as_str().unwrap(), &[name]);
}

#[test]
fn create() {
    let desk = Desk::new();
    let exit = desk.run("wallet create savings", &[PASSWORD]);
    assert_eq!(exit.stdout, "Created the wallet savings.\n", "{exit:?}");
    says(
        &exit.stderr,
        &["kmd key new -w savings", "kmd wallet export-mdk savings"],
    );
    let created = desk.json("wallet create other", &[PASSWORD]);
    assert_eq!(desk.daemon.api().wallet_names().len(), 2);
    assert!(desk.daemon.api().wallet_ids().contains(&id_of(&created)));
    desk.daemon.api().open(&id_of(&created), PASSWORD);

    let taken = desk.fails(7, "wallet create savings", &[]);
    says(
        &taken,
        &["there is a wallet named savings already", "hint: choose another name"],
    );
    let long = "x".repeat(65);
    says(
        &desk.fails(6, &format!("wallet create {long}"), &[PASSWORD]),
        &["64 bytes"],
    );
    assert_eq!(desk.daemon.api().wallet_names().len(), 2);
}

#[test]
fn a_weak_password_is_remarked_and_accepted() {
    let desk = Desk::new();
    for (name, password) in [("short", "xyzxy"), ("common", "Password1!"), ("empty", "")] {
        let exit = desk.run(&format!("wallet create {name}"), &[password]);
        assert_eq!(exit.code, Some(0), "{exit:?}");
        says(&exit.stderr, &["the password is weak"]);
    }
    let exit = desk.run("wallet create strong", &[PASSWORD]);
    assert!(!exit.stderr.contains("weak"), "{exit:?}");
}

#[test]
fn info() {
    let desk = Desk::with_wallet();
    desk.ok("key new --count 3", &[PASSWORD]);
    says(
        &desk.ok("wallet info", &[PASSWORD]),
        &["Name                savings", "Keys                3"],
    );
    let info = desk.json("wallet info savings", &[PASSWORD]);
    assert_eq!(info["wallet"]["name"], "savings");
    assert_eq!((&info["keys"], &info["multisig_addresses"]), (&json!(3), &json!(0)));

    says(
        &desk.fails(4, "wallet info savings", &["wrong"]),
        &["cannot unlock the wallet savings"],
    );
    says(
        &desk.fails(5, "wallet info other", &[PASSWORD]),
        &["there is no wallet other", "savings"],
    );
}

#[test]
fn a_wallet_is_chosen_by_name_by_id_or_by_being_the_only_one() {
    let desk = Desk::new();
    says(
        &desk.fails(5, "wallet info", &[]),
        &["no wallet yet", "kmd wallet create"],
    );
    let id = desk.daemon.api().create("savings", PASSWORD);
    desk.ok("wallet info", &[PASSWORD]);
    desk.ok(&format!("wallet info {id}"), &[PASSWORD]);
    desk.daemon.api().create("other", PASSWORD);
    says(
        &desk.fails(2, "wallet info", &[]),
        &["which wallet", "savings", "other"],
    );
    desk.ok("wallet info other", &[PASSWORD]);
}

#[test]
fn rename() {
    let desk = Desk::with_wallet();
    let renamed = desk.ok("wallet rename savings spare", &[PASSWORD]);
    assert_eq!(renamed, "The wallet savings is now named spare.\n");
    let again = desk.json("wallet rename spare savings", &[PASSWORD]);
    assert_eq!(
        (&again["old_name"], &again["wallet"]["name"]),
        (&json!("spare"), &json!("savings"))
    );

    desk.daemon.api().create("other", PASSWORD);
    says(&desk.fails(7, "wallet rename savings other", &[]), &["other already"]);
    says(&desk.fails(4, "wallet rename savings new", &["wrong"]), &["password"]);
    desk.fails(5, "wallet rename absent new", &[]);
    assert!(desk.daemon.api().wallet_names().contains(&"savings".to_owned()));
}

#[test]
fn the_words_of_a_wallet_make_its_keys_again() {
    let desk = Desk::with_wallet();
    let keys = desk.json("key new --count 3", &[PASSWORD])["addresses"].clone();
    let words = desk.ok("wallet export-mdk", &[PASSWORD]);
    assert_eq!(words.split_whitespace().count(), 25, "{words}");
    assert_eq!(desk.json("wallet export-mdk", &[PASSWORD])["words"], words.trim());

    let exit = desk.run(
        "wallet recover twin --yes --keys 3",
        &[words.trim(), "another password"],
    );
    assert_eq!(exit.code, Some(0), "{exit:?}");
    let first = keys[0].as_str().unwrap();
    says(
        &exit.stderr,
        &[&format!("The first key of these words is that of {first}.")],
    );
    let mut expected = vec!["Recovered the wallet twin.".to_owned()];
    expected.extend(
        keys.as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap().to_owned()),
    );
    assert_eq!(exit.stdout.lines().collect::<Vec<_>>(), expected);

    let again = desk.json(
        "wallet recover triplet --yes --keys 2",
        &[words.trim(), "pass phrase of mine"],
    );
    assert_eq!(
        again["addresses"].as_array().unwrap()[..],
        keys.as_array().unwrap()[..2]
    );
    let later = desk.run("wallet recover later --yes", &[words.trim(), PASSWORD]);
    says(&later.stderr, &["kmd key new -w later --count N"]);
}

/// A number with a digit too many would fill the disk.
#[test]
fn how_many_keys_are_generated_again_is_bounded() {
    let desk = Desk::new();
    for (keys, problem) in [
        ("1000001", "at most 1000000 keys at once"),
        ("18446744073709551616", "too large"),
    ] {
        let said = desk.fails(2, &format!("wallet recover twin --yes --keys {keys}"), &[]);
        says(&said, &[problem]);
    }
    says(&desk.fails(2, "key new --count 1000001", &[]), &["at most 1000000"]);
    says(&desk.fails(2, "key new --count 0", &[]), &["at least 1"]);
}

#[test]
fn words_in_files() {
    let desk = Desk::with_wallet();
    let file = desk.home().file("words");
    let path = file.display();
    says(
        &desk.ok(&format!("wallet export-mdk --output {path}"), &[PASSWORD]),
        &["Wrote the words", "words"],
    );
    assert_eq!(mode(&file), 0o600);
    assert_eq!(desk.home().read("words"), desk.ok("wallet export-mdk", &[PASSWORD]));
    let written = desk.fails(10, &format!("wallet export-mdk --output {path}"), &[PASSWORD]);
    says(&written, &["cannot write the words", "exists"]);
    desk.ok(&format!("wallet recover twin --yes --words-file {path}"), &[PASSWORD]);
    desk.fails(10, "wallet recover other --yes --words-file /not/there", &[PASSWORD]);
    says(&desk.fails(4, "wallet export-mdk savings", &["wrong"]), &["password"]);
}

#[test]
fn words_that_are_wrong_recover_nothing() {
    let desk = Desk::new();
    let right = "abandon ".repeat(24) + "invest";
    let unknown = right.replacen("abandon", "abandom", 2);
    let cases = [
        (
            unknown.as_str(),
            "word 1 is not in the word list; the nearest one is \"abandon\"",
        ),
        (
            &unknown,
            "word 2 is not in the word list; the nearest one is \"abandon\"",
        ),
        (&right.replacen("abandon", "ability", 1), "checksum"),
        (
            &right.replacen("abandon invest", "invest abandon", 1),
            "words 24 and 25 may have changed places",
        ),
        (&format!("{right} invest"), "25 words, not 26"),
        (&right, "32 zero bytes"),
    ];
    for (words, problem) in cases {
        says(
            &desk.fails(6, "wallet recover twin --yes", &[words, PASSWORD]),
            &[problem],
        );
    }
    says(
        &desk.fails(6, "wallet recover twin --yes", &["abandon", ""]),
        &["25 words, not 1"],
    );
    assert_eq!(desk.daemon.api().wallet_names(), [""; 0]);
}

#[test]
fn recovering_needs_a_confirmation() {
    let desk = Desk::with_wallet();
    let words = desk.ok("wallet export-mdk", &[PASSWORD]);
    let refused = desk.fails(8, "wallet recover twin", &[words.trim(), PASSWORD]);
    says(&refused, &["--yes", "The first key of these words"]);
}

fn id_of(report: &Value) -> String {
    report["wallet"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn password() {
    let desk = Desk::with_wallet();
    let new = "another passphrase";
    let changed = desk.ok("wallet password", &[PASSWORD, new]);
    assert_eq!(changed, "Changed the password of the wallet savings.\n");
    desk.fails(4, "wallet info", &[PASSWORD]);
    desk.ok("wallet info", &[new]);

    desk.home().write("new", PASSWORD);
    let file = desk.home().file("new");
    let from_file = format!("wallet password savings --new-password-file {}", file.display());
    assert_eq!(desk.json(&from_file, &[new])["wallet"]["name"], "savings");
    desk.ok("wallet info", &[PASSWORD]);

    says(&desk.fails(4, "wallet password", &["wrong", new]), &["capital letters"]);
    desk.fails(5, "wallet password other", &[PASSWORD, new]);
    says(
        &desk.fails(2, "wallet password", &[PASSWORD]),
        &["New password of the wallet savings"],
    );
    desk.ok("wallet info", &[PASSWORD]);
}

#[test]
fn what_guessing_a_password_costs() {
    let desk = Desk::with_wallet();
    desk.ok(
        "wallet password --scrypt-n 8 --scrypt-r 2 --scrypt-p 3",
        &[PASSWORD, PASSWORD],
    );
    desk.password_costs([8, 2, 3]);
    // What is not given is as configured.
    desk.ok("wallet password --scrypt-n 16", &[PASSWORD, PASSWORD]);
    desk.password_costs([16, 1, 1]);

    let too_costly = format!("wallet password --scrypt-n {}", 1_u64 << 40);
    says(
        &desk.fails(6, &too_costly, &[PASSWORD, PASSWORD]),
        &["more work than is allowed"],
    );
    for (option, problem) in [
        ("--scrypt-n 40000", "powers of two"),
        ("--scrypt-n 1", "powers of two"),
        ("--scrypt-n many", "invalid digit"),
        ("--scrypt-r 0", "0 is not in 1.."),
        ("--scrypt-p 0", "0 is not in 1.."),
    ] {
        says(&desk.fails(2, &format!("wallet password {option}"), &[]), &[problem]);
    }
    desk.password_costs([16, 1, 1]);
    desk.ok("wallet info", &[PASSWORD]);
}

impl Desk {
    /// Checks N, r and p of the only wallet.
    fn password_costs(&self, expected: [u64; 3]) {
        let file = self.home().wallets().join(&self.home().wallet_files()[0]);
        let database = rusqlite::Connection::open(file).unwrap();
        let envelope: Vec<u8> = database
            .query_one("SELECT mep_encrypted FROM metadata", [], |row| row.get(0))
            .unwrap();
        let envelope = Pack::decode(&envelope);
        let found = ["scrypt_n", "scrypt_r", "scrypt_p"].map(|field| envelope.at(field).clone());
        assert_eq!(found, expected.map(Pack::from));
    }
}

#[test]
fn verify() {
    let desk = Desk::with_wallet();
    let keys = desk.json("key new --count 2", &[PASSWORD])["addresses"].clone();
    let sound = desk.json("wallet verify", &[PASSWORD]);
    let counts = |report: &Value| [&report["generated_keys"], &report["problem_count"]].map(|count| count.as_u64());
    assert_eq!(counts(&sound), [Some(2), Some(0)], "{sound}");
    assert_eq!(
        (&sound["wallet"]["name"], &sound["problems"]),
        (&json!("savings"), &json!([]))
    );
    says(
        &desk.ok("wallet verify", &[PASSWORD]),
        &["Generated keys      2", "Problems            0"],
    );
    desk.fails(4, "wallet verify", &["wrong"]);
    desk.fails(5, "wallet verify other", &[PASSWORD]);

    let file = desk.home().wallets().join(&desk.home().wallet_files()[0]);
    let database = rusqlite::Connection::open(file).unwrap();
    database
        .execute(
            "UPDATE keys SET secret_key_encrypted = zeroblob(9) WHERE key_idx = 1",
            [],
        )
        .unwrap();
    drop(database);
    let exit = desk.run("wallet verify", &[PASSWORD]);
    assert_eq!(exit.code, Some(9), "{exit:?}");
    says(
        &exit.stdout,
        &["Problems            1", &format!("keys {}", keys[0].as_str().unwrap())],
    );
    says(&exit.stderr, &["the wallet savings is damaged", "kmd key export"]);
}

#[test]
fn backup_and_restore() {
    let desk = Desk::with_wallet();
    desk.ok("key new", &[PASSWORD]);
    let said = desk.ok("wallet backup --file-name one.db", &[PASSWORD]);
    says(
        &said,
        &["It holds 1 generated key, 0 imported keys and 0 multisig addresses."],
    );
    desk.ok("key new", &[PASSWORD]);
    let said = desk.ok("wallet backup --file-name first.db", &[PASSWORD]);
    let file = desk.home().file("backups").join("first.db");
    says(
        &said,
        &[
            "Backed the wallet savings up to",
            file.to_str().unwrap(),
            "2 generated keys",
        ],
    );
    assert_eq!(mode(&file), 0o600);
    let made = desk.json("wallet backup savings", &[PASSWORD]);
    assert!(std::path::Path::new(made["path"].as_str().unwrap()).exists(), "{made}");
    assert_eq!(made["verification"]["generated_keys"], 2);

    desk.fails(7, "wallet backup --file-name first.db", &[PASSWORD]);
    desk.fails(4, "wallet backup --file-name other.db", &["wrong"]);
    desk.fails(5, "wallet backup other", &[PASSWORD]);
    // The wallet is there: nothing is replaced, and another name is no way out.
    for words in ["wallet restore first.db", "wallet restore first.db --name twin"] {
        let said = desk.fails(7, words, &[PASSWORD]);
        says(
            &said,
            &["same id already exists", "move its file out of the wallets folder"],
        );
        assert!(!said.contains("choose another name"), "{said}");
    }
    says(
        &desk.fails(7, "wallet restore first.db --name savings", &[]),
        &[
            "savings already",
            "choose another name",
            "move its file out of the wallets folder",
        ],
    );

    let wallet = desk.home().wallets().join(&desk.home().wallet_files()[0]);
    std::fs::rename(wallet, desk.home().file("moved away")).unwrap();
    desk.fails(5, "wallet restore absent.db", &[PASSWORD]);
    desk.fails(4, "wallet restore first.db", &["wrong"]);
    let said = desk.ok("wallet restore first.db --name again", &[PASSWORD]);
    says(&said, &["Restored the wallet again.", "2 generated keys"]);
    assert_eq!(desk.json("wallet info again", &[PASSWORD])["keys"], 2);
}

/// Without --name the name in the backup counts, whatever other wallets are named.
#[test]
fn restoring_beside_a_wallet_without_a_name() {
    let desk = Desk::with_wallet();
    desk.ok("wallet backup --file-name first.db", &[PASSWORD]);
    let wallet = desk.home().wallets().join(&desk.home().wallet_files()[0]);
    std::fs::remove_file(wallet).unwrap();
    desk.daemon.api().create("other", PASSWORD);
    let nameless = desk.home().wallets().join(&desk.home().wallet_files()[0]);
    let database = rusqlite::Connection::open(nameless).unwrap();
    database.execute("UPDATE metadata SET wallet_name = x''", []).unwrap();
    drop(database);
    let said = desk.ok("wallet restore first.db", &[PASSWORD]);
    says(&said, &["Restored the wallet savings."]);
}

#[test]
fn a_name_that_is_blank_is_refused() {
    let desk = Desk::with_wallet();
    for words in ["create", "recover", "rename savings", "restore first.db --name"] {
        let mut command = kmd();
        command.arg("wallet").args(words.split(' ')).args(["", "-d"]);
        let exit = typed(command.arg(&desk.home().path), "");
        assert_eq!(exit.code, Some(2), "{words}: {exit:?}");
        says(&exit.stderr, &["a value is required", "NAME"]);
    }
}

#[test]
fn restoring_as_json() {
    let desk = Desk::with_wallet();
    desk.ok("wallet backup --file-name first.db", &[PASSWORD]);
    let wallet = desk.home().wallets().join(&desk.home().wallet_files()[0]);
    std::fs::remove_file(wallet).unwrap();
    let restored = desk.json("wallet restore first.db", &[PASSWORD]);
    assert_eq!(restored["wallet"]["name"], "savings");
    assert_eq!(restored["verification"]["problem_count"], 0);
}

/// Names come from files that others may have made. No text of kmd steers the terminal for them.
#[test]
fn a_name_does_not_steer_the_terminal() {
    let desk = Desk::new();
    let evil = "\x1b[2Jevil\x07";
    desk.daemon.api().create(evil, PASSWORD);
    for (words, lines) in [
        ("wallet list", &[][..]),
        ("wallet info", &[]),
        ("wallet info", &["wrong"]),
        ("wallet info nosuch", &[]),
        ("key list", &[PASSWORD]),
        ("key new", &[PASSWORD]),
    ] {
        let exit = desk.run(words, lines);
        let said = exit.stdout + &exit.stderr;
        assert!(!said.contains(['\x1b', '\x07']), "{words}: {said:?}");
    }
    let mut screen = Screen::without_colour(&desk, "wallet info");
    screen.waits_for("evil");
    screen.answer(PASSWORD);
    let (code, shown) = screen.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(['\x1b', '\x07']), "{shown:?}");
}

#[test]
fn what_is_to_be_typed_next_is_quoted() {
    let desk = Desk::new();
    desk.daemon.api().create("my wallet", PASSWORD);
    says(
        &desk.run("key list", &[PASSWORD]).stderr,
        &["kmd key new -w 'my wallet'"],
    );
}

#[test]
fn what_failed_is_said_with_why() {
    let desk = Desk::with_wallet();
    desk.ok("wallet backup --file-name first.db", &[PASSWORD]);
    for (words, what, why) in [
        (
            "wallet backup --file-name first.db",
            "cannot back up the wallet savings",
            "there is a backup of this name",
        ),
        (
            "wallet backup --file-name ..",
            "cannot back up the wallet savings",
            "the name of a backup is",
        ),
        (
            "wallet restore second.db",
            "cannot restore the backup second.db",
            "there is no backup of this name",
        ),
        (
            "wallet restore first.db --name other",
            "cannot restore the backup first.db",
            "move its file",
        ),
        ("wallet verify", "cannot check the wallet savings", "wrong password"),
    ] {
        let password = if words == "wallet verify" { "wrong" } else { PASSWORD };
        let exit = desk.run(words, &[password]);
        assert_ne!(exit.code, Some(0), "{words}");
        says(&exit.stderr, &[what, why]);
        assert!(!exit.stderr.contains("mend the field"), "{exit:?}");
    }
}
