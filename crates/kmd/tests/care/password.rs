//! `POST /v2/wallets/{id}/password`

use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Barrier},
    thread,
};

use crate::support::{
    api::{string, with},
    daemon::{Home, cheap},
    golden,
    pack::Pack,
    sqlite,
};
use crate::{opens, path};

fn change(old: &str, new: &str) -> Value {
    json!({"wallet_password": old, "new_password": new})
}

/// What lies in the file besides the envelope of the master key, and that envelope.
fn contents(file: &Path) -> ([Vec<sqlite::Row>; 4], Pack) {
    let rows = [
        "SELECT driver_name, driver_version, wallet_id, wallet_name, mdk_encrypted, max_key_idx_encrypted FROM metadata",
        "SELECT * FROM keys ORDER BY address",
        "SELECT * FROM msig_addrs ORDER BY address",
        "SELECT name, sql FROM sqlite_schema ORDER BY name",
    ]
    .map(|query| sqlite::rows(file, query));
    let envelope = sqlite::blob(file, "SELECT mep_encrypted FROM metadata");
    (rows, Pack::decode(&envelope))
}

#[test]
fn only_the_envelope_of_the_master_key_changes() {
    for name in ["plain", "multisig", "default parameters"] {
        let home = Home::cheap();
        let wallet = golden::wallet(name);
        let file = wallet.copy_to(&home.make_wallets());
        let (rows, envelope) = contents(&file);
        let daemon = home.start();
        let mut api = daemon.api();
        api.ok(&path(wallet.id(), "password"), &change(&wallet.password(), "new 🔑"));
        daemon.stop();

        let (rows_after, envelope_after) = contents(&file);
        assert_eq!(rows, rows_after, "{name}");
        let (Pack::Map(before), Pack::Map(after)) = (&envelope, &envelope_after) else {
            panic!("not maps");
        };
        let keys = |fields: &[(String, Pack)]| fields.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(before), keys(after), "{name}");
        for field in ["ciphertext", "nonce", "salt"] {
            assert_ne!(envelope.at(field), envelope_after.at(field), "{name} {field}");
        }
        assert_eq!(*envelope_after.at("do_scrypt"), true.into());
        for (field, value) in [("scrypt_n", 2), ("scrypt_r", 1), ("scrypt_p", 1)] {
            assert_eq!(*envelope_after.at(field), value.into(), "{name}");
        }

        let daemon = home.start();
        let mut api = daemon.api();
        assert!(!opens(&mut api, wallet.id(), &wallet.password()));
        let handle = api.open(wallet.id(), "new 🔑");
        assert_eq!(api.keys(&handle), wallet.addresses());
        for (address, key) in wallet.private_keys().take(3) {
            let body = json!({"wallet_handle_token": handle, "wallet_password": "new 🔑", "address": address});
            assert_eq!(string(&api.ok("/v1/key/export", &body)["private_key"]), key);
        }
    }
}

#[test]
fn handles_end_and_the_old_password_opens_nothing() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let id = api.create("first", "old");
    let other = api.create("other", "old");
    let other = api.open(&other, "old");
    let handles = [api.open(&id, "old"), api.open(&id, "old")];
    api.ok(&path(&id, "password"), &change("old", "new"));
    for handle in handles {
        let reply = api.post("/v1/key/list", &json!({"wallet_handle_token": handle}));
        assert_eq!((reply.status, reply.message().as_str()), (401, "handle does not exist"));
    }
    assert!(!opens(&mut api, &id, "old"));
    let handle = api.open(&id, "new");
    // Open, so that the password is recognised without the KDF: the old one must not be.
    assert!(!opens(&mut api, &id, "old"));
    let export = json!({"wallet_handle_token": handle, "wallet_password": "old"});
    assert_eq!(api.post("/v1/master-key/export", &export).status, 400);
    api.ok(
        "/v1/master-key/export",
        &with(&export, json!({"wallet_password": "new"})),
    );
    // Nobody else's handle ends.
    api.generate(&other);
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut config = cheap();
    config["drivers"]["sqlite"] = json!({"scrypt": {"scrypt_n": 32768}});
    config["kmd"] = json!({"kdf_max_work_factor": 1});
    let daemon = Home::with(&config).start();
    let mut api = daemon.api();
    let id = api.create("first", "old");
    let good = change("old", "new");
    let cases = [
        (
            with(&good, json!({"wallet_password": "wrong"})),
            403,
            "wrong_password",
            "wrong password",
        ),
        (
            with(&good, json!({"scrypt_n": 16384})),
            400,
            "bad_request",
            "slow scrypt N must be at least 32768",
        ),
        (
            with(&good, json!({"scrypt_p": 1})),
            400,
            "bad_request",
            "slow scrypt P must be at least 32",
        ),
        (
            with(&good, json!({"scrypt_n": 40000})),
            400,
            "bad_request",
            "power of two",
        ),
        (
            with(&good, json!({"scrypt_n": 1_u64 << 40})),
            400,
            "bad_request",
            "more work than is allowed",
        ),
        (
            with(&good, json!({"scrypt_n": 131_072})),
            400,
            "bad_request",
            "more work than is allowed",
        ),
        (
            with(&good, json!({"new_password": Value::Null})),
            400,
            "malformed_body",
            "new_password is missing",
        ),
        (
            json!({"wallet_password": "old"}),
            400,
            "malformed_body",
            "new_password is missing",
        ),
        (
            with(&good, json!({"wallet_id": id.as_str()})),
            400,
            "malformed_body",
            "could not decode",
        ),
        (
            with(&good, json!({"new_pasword": "x"})),
            400,
            "malformed_body",
            "could not decode",
        ),
    ];
    for (body, status, code, words) in cases {
        let message = api.post(&path(&id, "password"), &body).refused(status, code);
        assert!(message.contains(words), "{body}: {message}");
    }
    api.post(&path("00ff", "password"), &good)
        .refused(404, "wallet_not_found");
    assert!(opens(&mut api, &id, "old"));
}

#[test]
fn one_of_two_changes_at_once_wins() {
    let folder = Home::empty();
    let mut config = cheap();
    config["drivers"]["sqlite"]["wallets_dir"] = folder.path.to_str().into();
    let daemons = [Home::with(&config).start(), Home::with(&config).start()];
    let id = daemons[0].api().create("first", "password 0");
    let mut current = "password 0".to_owned();
    for round in 1..20 {
        let barrier = Arc::new(Barrier::new(2));
        let threads = [0, 1].map(|side| {
            let (mut api, barrier) = (daemons[side].api(), Arc::clone(&barrier));
            let (path, body) = (
                path(&id, "password"),
                change(&current, &format!("password {round}.{side}")),
            );
            thread::spawn(move || {
                barrier.wait();
                api.post(&path, &body)
            })
        });
        let replies = threads.map(|thread| thread.join().unwrap());
        let won: Vec<usize> = (0..2).filter(|side| replies[*side].status == 200).collect();
        let [winner] = won[..] else {
            panic!("{replies:?}");
        };
        // Seen before the other's commit or after it.
        match replies[1 - winner].status {
            401 => replies[1 - winner].refused(401, "invalid_handle"),
            _ => replies[1 - winner].refused(403, "wrong_password"),
        };
        current = format!("password {round}.{winner}");
        for daemon in &daemons {
            assert!(opens(&mut daemon.api(), &id, &current));
        }
    }
}

/// The other daemon has the wallet open while its password changes.
#[test]
fn a_handle_of_another_daemon_is_useless_afterwards() {
    let folder = Home::empty();
    let mut config = cheap();
    config["drivers"]["sqlite"]["wallets_dir"] = folder.path.to_str().into();
    let daemons = [Home::with(&config).start(), Home::with(&config).start()];
    let [mut here, mut there] = [daemons[0].api(), daemons[1].api()];
    let id = here.create("first", "old");
    let handle = there.open(&id, "old");
    let address = there.generate(&handle);
    here.ok(&path(&id, "password"), &change("old", "new"));
    for password in ["old", "new"] {
        let body = json!({"wallet_handle_token": handle, "wallet_password": password, "address": address});
        assert_eq!(there.post("/v1/key/export", &body).status, 400, "{password}");
    }
    let handle = there.open(&id, "new");
    assert_eq!(there.keys(&handle), [address]);
}
