//! `POST /v2/wallets/{id}/verify`

use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::path;
use crate::support::{StopWhenDropped, daemon::Home, golden, http::Reply};

fn codes(found: &Value) -> Vec<String> {
    let problems = found["problems"].as_array().unwrap();
    let of = |problem: &Value| {
        format!(
            "{} {}",
            problem["table"].as_str().unwrap(),
            problem["code"].as_str().unwrap()
        )
    };
    let mut codes: Vec<String> = problems.iter().map(of).collect();
    codes.sort();
    codes
}

#[test]
fn wallets_of_the_reference_are_sound() {
    let home = Home::cheap();
    let folder = home.make_wallets();
    let wallets = golden::wallets();
    for wallet in &wallets {
        wallet.copy_to(&folder);
    }
    let daemon = home.start();
    let mut api = daemon.api();
    for wallet in &wallets {
        let body = json!({"wallet_password": wallet.password()});
        let found = api.ok(&path(wallet.id(), "verify"), &body);
        assert_eq!(found["problem_count"], 0, "{}: {found}", wallet.name());
        let count = |field: &str| usize::try_from(found[field].as_u64().unwrap()).unwrap();
        let keys = count("generated_keys") + count("imported_keys");
        assert_eq!(keys, wallet.addresses().len(), "{}", wallet.name());
        assert_eq!(count("multisigs"), wallet.multisigs().count(), "{}", wallet.name());
        assert!(count("highest_index") >= count("generated_keys"), "{}", wallet.name());
    }
}

#[test]
fn what_is_damaged_is_found_and_named() {
    const FIRST: &str = "(SELECT min(rowid) FROM keys WHERE key_idx NOT NULL)";
    const SECOND: &str = "(SELECT max(rowid) FROM keys WHERE key_idx NOT NULL)";
    let first = |set: &str| format!("UPDATE keys SET {set} WHERE rowid = {FIRST}");
    let cases = [
        (first("secret_key_encrypted = x'80'"), "keys does_not_decrypt"),
        (
            first("secret_key_encrypted = CAST(secret_key_encrypted AS TEXT)"),
            "keys does_not_decrypt",
        ),
        (
            first("secret_key_encrypted = (SELECT max_key_idx_encrypted FROM metadata)"),
            "keys wrong_type",
        ),
        (
            first(&format!(
                "secret_key_encrypted = (SELECT secret_key_encrypted FROM keys WHERE rowid = {SECOND})"
            )),
            "keys other_address",
        ),
        (first("address = x'00'"), "keys no_address"),
        (first("address = CAST(zeroblob(32) AS TEXT)"), "keys no_address"),
        (first("key_idx = -1"), "keys no_index"),
        (first("key_idx = 'one'"), "keys no_index"),
        (first("key_idx = 0"), "keys no_index|keys other_index"),
        (first("key_idx = 4711"), "keys index_too_high|keys other_index"),
        (
            first(&format!("key_idx = (SELECT key_idx FROM keys WHERE rowid = {SECOND})")),
            "keys index_twice|keys other_index",
        ),
        (
            "UPDATE metadata SET mdk_encrypted = x'80'".to_owned(),
            "metadata does_not_decrypt",
        ),
        (
            "UPDATE metadata SET mdk_encrypted = max_key_idx_encrypted".to_owned(),
            "metadata wrong_type",
        ),
        (
            "UPDATE metadata SET max_key_idx_encrypted = mdk_encrypted".to_owned(),
            "metadata wrong_type",
        ),
        (
            "UPDATE msig_addrs SET address = zeroblob(32) WHERE rowid = 1".to_owned(),
            "msig_addrs other_address",
        ),
        (
            "UPDATE msig_addrs SET pks = x'90' WHERE rowid = 1".to_owned(),
            "msig_addrs no_multisig",
        ),
        (
            "UPDATE msig_addrs SET address = 'x' WHERE rowid = 1".to_owned(),
            "msig_addrs no_address",
        ),
        (
            "INSERT INTO metadata SELECT driver_name, driver_version, 'x', wallet_name, mep_encrypted, mdk_encrypted,
             max_key_idx_encrypted FROM metadata"
                .to_owned(),
            "database database_damaged",
        ),
        (
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'version INT', 'version TEXT') WHERE name = 'msig_addrs';
             UPDATE sqlite_schema SET sql = replace(sql, 'key_idx INT', 'key_idx INT CHECK (key_idx <> 1)')
             WHERE name = 'keys'"
                .to_owned(),
            "database database_damaged",
        ),
    ];
    let home = Home::cheap();
    let folder = home.make_wallets();
    let [with_keys, with_multisigs] = ["plain", "multisig"].map(golden::wallet);
    let sound = [&with_keys, &with_multisigs].map(|wallet| std::fs::read(wallet.copy_to(&folder)).unwrap());
    let daemon = home.start();
    let mut api = daemon.api();
    let document = api.get("/v2/openapi.json").json();
    let known = &document["components"]["schemas"]["WalletProblem"]["properties"]["code"]["enum"];
    for (sql, expected) in cases {
        let (wallet, sound) = match expected.starts_with("msig_addrs") {
            true => (&with_multisigs, &sound[1]),
            false => (&with_keys, &sound[0]),
        };
        let file = folder.join(wallet.file_name());
        std::fs::write(&file, sound).unwrap();
        Connection::open(&file).unwrap().execute_batch(&sql).unwrap();
        let body = json!({"wallet_password": wallet.password()});
        let found = api.ok(&path(wallet.id(), "verify"), &body);
        let mut codes = codes(&found);
        codes.dedup();
        assert_eq!(codes.join("|"), expected, "{sql}: {found}");
        for problem in found["problems"].as_array().unwrap() {
            assert!(known.as_array().unwrap().contains(&problem["code"]), "{problem}");
            assert!(!problem["message"].as_str().unwrap().is_empty());
            let row = problem["table"] == "keys" && problem["code"] != "index_too_high";
            assert_eq!(
                problem["row"].is_number(),
                row || problem["table"] == "msig_addrs",
                "{problem}"
            );
        }
    }
}

#[test]
fn problems_are_counted_and_the_first_hundred_are_listed() {
    let wallet = golden::wallet("thousand keys");
    let home = Home::cheap();
    let file = wallet.copy_to(&home.make_wallets());
    let damage = "UPDATE keys SET secret_key_encrypted = x'80'";
    Connection::open(&file).unwrap().execute_batch(damage).unwrap();
    let daemon = home.start();
    let body = json!({"wallet_password": wallet.password()});
    let found = daemon.api().ok(&path(wallet.id(), "verify"), &body);
    assert_eq!(found["problem_count"], 1000);
    assert_eq!(found["problems"].as_array().unwrap().len(), 100);
    let named = found["problems"][7]["address"].as_str().unwrap().to_owned();
    assert!(wallet.addresses().contains(&named));
}

#[test]
fn a_wallet_in_use_is_sound_all_the_time() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let id = api.create("busy", "");
    let handle = api.open(&id, "");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let stop = StopWhenDropped(&done);
        for _ in 0..2 {
            let mut api = daemon.api();
            let (handle, done) = (&handle, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    api.generate(handle);
                }
            });
        }
        let verify = || api.post(&path(&id, "verify"), &json!({"wallet_password": ""}));
        let replies: Vec<Reply> = std::iter::repeat_with(verify).take(3).collect();
        drop(stop);
        for reply in replies {
            assert_eq!(reply.json()["problem_count"], 0, "{}", reply.text());
        }
    });
}

#[test]
fn it_needs_the_password_of_a_wallet() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let id = api.create("first", "right");
    let body = json!({"wallet_password": "wrong"});
    api.post(&path(&id, "verify"), &body).refused(403, "wrong_password");
    api.post(&path("00ff", "verify"), &body)
        .refused(404, "wallet_not_found");
}
