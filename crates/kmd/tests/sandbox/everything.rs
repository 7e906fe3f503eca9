//! All that the daemon does, from a sandbox in which a call too many is the end.

use super::said;
use crate::support::{
    PATIENCE,
    algorand::{base64, key_of_label, payment, private_key, public_key},
    api::{Api, string, with},
    daemon::{Daemon, Home, cheap_with},
    golden, wait_for,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{io::ErrorKind, path::PathBuf, time::Duration};

const PASSWORD: &str = "password";
const PROGRAM: [u8; 5] = [1, 32, 1, 1, 34];

#[test]
fn everything_is_served_from_a_strict_sandbox() {
    let folder = Home::empty();
    let mut config = cheap_with(json!({
        "sandbox": "strict",
        "log_max_bytes": 2000,
        "log_keep": 2,
        "max_body_bytes": 4096,
    }));
    config["session_lifetime_secs"] = 2.into();
    config["drivers"]["sqlite"]["wallets_dir"] = folder.path.to_str().into();
    let home = Home::with(&config);
    let slow = golden::wallet("default parameters");
    slow.copy_to(&folder.path);
    let daemon = home.start();
    let start = said(&home);
    assert!(start.contains("end the process"), "{start}");

    let mut api = daemon.api();
    // The derivation in its threads and its large memory.
    api.open(slow.id(), &slow.password());
    let id = api.create("first", PASSWORD);
    keys(&mut api, &id);
    multisigs(&mut api, &id);
    wallets(&mut api, &id);
    wrong_requests(&daemon, &mut api);
    beside_others(&mut api, &id, &folder);
    assert_eq!(daemon.unix_api().wallets().len(), 2);
    expires(&mut api, &id);
    assert!(home.has("kmd.log.2"), "the log was put aside more than once");

    let exit = daemon.stop();
    assert_eq!((exit.code, exit.signal), (Some(0), None), "{exit:?}");
    for name in ["kmd.net", "kmd.pid", "kmd.sock"] {
        assert!(!home.has(name), "{name} after {exit:?}");
    }
}

fn keys(api: &mut Api, id: &str) {
    let handle = api.open(id, PASSWORD);
    let address = api.generate(&handle);
    let transaction = base64(&payment(&public_key(&address)));
    let with_password = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD});
    let and = |more: Value| with(&with_password, more);
    api.ok("/v1/transaction/sign", &and(json!({"transaction": transaction})));
    api.ok(
        "/v1/program/sign",
        &and(json!({"address": address, "data": base64(&PROGRAM)})),
    );
    let many = vec![json!({"transaction": transaction}); 300];
    api.ok("/v2/transactions/sign", &and(json!({"transactions": many})));
    let key = key_of_label("imported");
    let imported = json!({"wallet_handle_token": handle, "private_key": private_key(&key)});
    let imported = string(&api.ok("/v1/key/import", &imported)["address"]);
    assert_eq!(api.keys(&handle).len(), 2);
    api.ok("/v1/key/export", &and(json!({"address": imported})));
    api.ok("/v1/master-key/export", &with_password);
    let reply = api.call("DELETE", "/v1/key", &and(json!({"address": imported})).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn multisigs(api: &mut Api, id: &str) {
    let handle = api.open(id, PASSWORD);
    let own = api.generate(&handle);
    let members = [public_key(&own), key_of_label("other").verifying_key().to_bytes()].map(|key| base64(&key));
    let import = json!({"wallet_handle_token": handle, "multisig_version": 1, "threshold": 1, "pks": members.clone()});
    let address = string(&api.ok("/v1/multisig/import", &import)["address"]);
    assert_eq!(api.multisigs(&handle), [address.as_str()]);
    let signing = json!({
        "wallet_handle_token": handle,
        "wallet_password": PASSWORD,
        "public_key": members[0],
        "transaction": base64(&payment(&public_key(&address))),
    });
    api.ok("/v1/multisig/sign", &signing);
    api.ok(
        "/v1/multisig/export",
        &json!({"wallet_handle_token": handle, "address": address}),
    );
    let body = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "address": address});
    assert_eq!(api.call("DELETE", "/v1/multisig", &body.to_string()).status, 200);
}

fn wallets(api: &mut Api, id: &str) {
    let handle = api.open(id, PASSWORD);
    let with_handle = json!({"wallet_handle_token": handle});
    api.ok("/v1/wallet/info", &with_handle);
    api.ok("/v1/wallet/renew", &with_handle);
    let renaming = json!({"wallet_id": id, "wallet_password": PASSWORD, "wallet_name": "renamed"});
    api.ok("/v1/wallet/rename", &renaming);
    assert!(api.wallet_names().contains(&"renamed".to_owned()));
    api.ok("/v1/wallet/release", &with_handle);
    let apart = [
        "/versions",
        "/swagger.json",
        "/v2/openapi.json",
        "/health",
        "/ready",
        "/metrics",
    ];
    for path in apart {
        assert_eq!(api.get(path).status, 200, "{path}");
    }
}

fn wrong_requests(daemon: &Daemon, api: &mut Api) {
    assert_eq!(api.post("/v1/wallet/init", &json!({"wallet_id": "none"})).status, 400);
    assert_eq!(api.call("POST", "/v1/key", "{").status, 400);
    assert_eq!(api.get("/nowhere").status, 405);
    let mut large = daemon.api();
    assert_eq!(large.call("POST", "/v1/key", &" ".repeat(5000)).status, 413);
    let mut stranger = daemon.api();
    stranger.set_token("none");
    assert_eq!(stranger.get("/v1/wallets").status, 401);
}

/// Another process has the file for a while, and has put it into another mode.
fn beside_others(api: &mut Api, id: &str, folder: &Home) {
    let file = file_of(folder, id);
    let other = Connection::open(&file).unwrap();
    other
        .execute_batch("PRAGMA journal_mode = WAL; BEGIN; UPDATE metadata SET driver_version = 1; COMMIT;")
        .unwrap();
    drop(other);
    let handle = api.open(id, PASSWORD);
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let generate = json!({"wallet_handle_token": handle}).to_string();
    let generate = api.request("POST", "/v1/key").body(generate);
    let connection = api.connection();
    connection.start(&generate).unwrap();
    // The daemon has this long to do what it must not, while SQLite waits for the other process.
    connection.patience(Duration::from_millis(100)).unwrap();
    let early = connection.answer("POST");
    assert!(
        matches!(&early, Err(error) if error.kind() == ErrorKind::WouldBlock),
        "{early:?}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    connection.patience(PATIENCE).unwrap();
    assert_eq!(connection.answer("POST").unwrap().status, 200);
}

fn file_of(folder: &Home, id: &str) -> PathBuf {
    let files = folder.path.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut files = files.filter(|path| path.to_str().unwrap().contains(id));
    files.next().unwrap()
}

/// Asks until the daemon lets go of the wallet at the handle's time.
fn expires(api: &mut Api, id: &str) {
    let handle = api.open(id, PASSWORD);
    let with_handle = json!({"wallet_handle_token": handle});
    wait_for("the end of the handle", || {
        match api.post("/v1/wallet/info", &with_handle).status {
            200 => Err("it lives on"),
            _ => Ok(()),
        }
    });
    let handle = api.open(id, PASSWORD);
    api.generate(&handle);
}
