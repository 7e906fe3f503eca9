//! Files in the wallets folder that were made to hang the daemon, to fill its memory or to deceive its clients. Whatever
//! they are, the wallets beside them are there, and the daemon stops when it is told to.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use rustix::fs::{CWD, Mode, mkfifoat};
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::{fs::symlink, net::UnixListener},
    path::Path,
    time::{Duration, Instant},
};
use support::{
    algorand::{base64, check_signed, payment, public_key, unbase64},
    api::{Api, string},
    daemon::{Daemon, Exit, Home, cheap_with},
    golden::{self, Wallet},
    http::Reply,
};

/// What listing and stopping take at most.
const SOON: Duration = Duration::from_secs(2);
/// How long a request about a hostile wallet itself may take.
const IN_THE_END: Duration = Duration::from_secs(10);
const MEMORY_KIB: u64 = 100 * 1024;

/// Goes on for ever and finds nothing.
const ENDLESS: &str = "WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless)";

/// The wallet that hostile ones are made from.
fn base() -> Wallet {
    golden::wallet("deleted")
}

/// A wallet with something added to it.
fn wallet_with(folder: &Path, sql: &str) {
    let file = Connection::open(base().copy_to(folder)).unwrap();
    file.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// A database that is none of ours.
fn database_with(folder: &Path, sql: &str) {
    let file = Connection::open(folder.join("hostile.db")).unwrap();
    file.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// A daemon beside whose good wallet there is a hostile file does what a daemon does.
#[track_caller]
fn survives(what: &str, craft: impl FnOnce(&Path)) {
    let home = Home::cheap();
    lives_through(what, &home, craft);
}

#[track_caller]
fn lives_through(what: &str, home: &Home, craft: impl FnOnce(&Path)) -> Exit {
    let good = golden::wallet("plain");
    good.copy_to(&home.make_wallets());
    craft(&home.wallets());
    let daemon = home.start();
    for _ in 0..2 {
        lists(what, &daemon, &good);
    }
    assert!(use_wallet(what, &daemon, &good), "{what}: the good wallet");
    use_wallet(what, &daemon, &base());
    lists(what, &daemon, &good);

    let memory = most_memory_kib(&daemon);
    assert!(memory < MEMORY_KIB, "{what}: {memory} KiB");
    let start = Instant::now();
    let exit = daemon.stop();
    let took = start.elapsed();
    assert_eq!(exit.code, Some(0), "{what}: {exit:?}");
    assert!(took < SOON, "{what}: stopping took {took:?}");
    exit
}

#[track_caller]
fn lists(what: &str, daemon: &Daemon, good: &Wallet) {
    let mut api = daemon.api();
    api.connection().patience(SOON).unwrap();
    let start = Instant::now();
    let reply = match api.try_call("GET", "/v1/wallets", "") {
        Ok(reply) => reply,
        Err(error) => panic!("{what}: /v1/wallets: {error}"),
    };
    let took = start.elapsed();
    assert!(took < SOON, "{what}: listing took {took:?}");
    assert_eq!(reply.status, 200, "{what}: {}", reply.text());
    let wallets = reply.json()["wallets"].clone();
    let listed = wallets
        .as_array()
        .unwrap()
        .iter()
        .any(|wallet| wallet["id"] == good.id());
    assert!(listed, "{what}: {wallets}");
}

/// Opens a wallet and generates two keys, which are there if that is what the daemon says. Tells whether it said so.
#[track_caller]
fn use_wallet(what: &str, daemon: &Daemon, wallet: &Wallet) -> bool {
    let mut api = daemon.api();
    api.connection().patience(IN_THE_END).unwrap();
    let opened = post(
        what,
        &mut api,
        "/v1/wallet/init",
        &json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()}),
    );
    if opened.status != 200 {
        return false;
    }
    let handle = opened.json()["wallet_handle_token"].clone();
    let with_handle = json!({"wallet_handle_token": handle});
    let mut addresses = Vec::new();
    for _ in 0..2 {
        let generated = post(what, &mut api, "/v1/key", &with_handle);
        if generated.status == 200 {
            addresses.push(string(&generated.json()["address"]));
        }
    }
    let listed = post(what, &mut api, "/v1/key/list", &with_handle);
    for address in &addresses {
        // What else is in the file may make a list impossible.
        if listed.status == 200 {
            let keys = listed.json()["addresses"].clone();
            let is_listed = keys
                .as_array()
                .is_some_and(|keys| keys.contains(&address.as_str().into()));
            assert!(is_listed, "{what}: {address} in {keys}");
        }
        // It was never used, so its secret half has to come from the file.
        let (key, password) = (public_key(address), wallet.password());
        let transaction = base64(&payment(&key));
        let body = json!({"wallet_handle_token": handle, "wallet_password": password, "transaction": transaction});
        let signed = post(what, &mut api, "/v1/transaction/sign", &body);
        assert_eq!(signed.status, 200, "{what}: {address}: {}", signed.text());
        let signed = unbase64(&string(&signed.json()["signed_transaction"]));
        check_signed(&signed, &payment(&key), &key);
    }
    addresses.len() == 2
}

#[track_caller]
fn post(what: &str, api: &mut Api, path: &str, body: &Value) -> Reply {
    match api.try_call("POST", path, &body.to_string()) {
        Ok(reply) => reply,
        Err(error) => panic!("{what}: {path}: {error}"),
    }
}

/// The most memory that the daemon ever had.
fn most_memory_kib(daemon: &Daemon) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn views_that_never_end() {
    survives("a view for the metadata", |folder| {
        let view = format!(
            "CREATE VIEW metadata AS {ENDLESS} SELECT 'sqlite' AS driver_name, 1 AS driver_version,
             'id' AS wallet_id, 'name' AS wallet_name FROM endless WHERE n < 0"
        );
        database_with(folder, &view);
    });
    survives("a view for the keys", |folder| {
        let view = format!(
            "ALTER TABLE keys RENAME TO real_keys; CREATE VIEW keys AS {ENDLESS}
             SELECT x'00' AS address, x'00' AS secret_key_encrypted, n AS key_idx FROM endless WHERE n < 0"
        );
        wallet_with(folder, &view);
    });
    survives("a view for the multisigs and a table beside it", |folder| {
        let view = format!(
            "DROP TABLE msig_addrs; CREATE VIEW msig_addrs AS {ENDLESS}
             SELECT x'00' AS address, 1 AS version, 1 AS threshold, x'00' AS pks FROM endless WHERE n < 0;
             CREATE TABLE further (something INT)"
        );
        wallet_with(folder, &view);
    });
}

#[test]
fn a_view_as_large_as_memory() {
    survives("a name of zeros", |folder| {
        database_with(
            folder,
            "CREATE VIEW metadata AS SELECT 'sqlite' AS driver_name, 1 AS driver_version, 'id' AS wallet_id,
             zeroblob(300000000) AS wallet_name",
        );
    });
    survives("an index that computes", |folder| {
        wallet_with(
            folder,
            "CREATE INDEX large ON keys (length(hex(zeroblob(100000000 + key_idx - key_idx))))",
        );
    });
}

#[test]
fn triggers_that_undo_what_was_done() {
    for (what, trigger) in [
        (
            "deleted again",
            "AFTER INSERT ON keys BEGIN DELETE FROM keys WHERE address = new.address; END",
        ),
        (
            "never inserted",
            "BEFORE INSERT ON keys BEGIN SELECT RAISE(IGNORE); END",
        ),
        (
            "ruined",
            "AFTER INSERT ON keys BEGIN UPDATE keys SET secret_key_encrypted = x'00'; END",
        ),
        (
            "ruined later",
            "AFTER UPDATE ON metadata BEGIN UPDATE keys SET secret_key_encrypted = x'00'; END",
        ),
    ] {
        survives(what, |folder| {
            wallet_with(folder, &format!("CREATE TRIGGER undo {trigger}"));
        });
    }
}

#[test]
fn columns_that_undo_what_was_done() {
    for (what, column) in [
        ("left out", "mark INT NOT NULL ON CONFLICT IGNORE DEFAULT NULL"),
        ("in place of the last", "mark INT DEFAULT 1 UNIQUE ON CONFLICT REPLACE"),
        ("too many", "mark INT DEFAULT 1 UNIQUE ON CONFLICT IGNORE"),
    ] {
        survives(what, |folder| {
            let table = format!(
                "DROP TABLE keys; CREATE TABLE keys (address BLOB PRIMARY KEY, secret_key_encrypted BLOB NOT NULL,
                 key_idx INT, {column})"
            );
            wallet_with(folder, &table);
        });
    }
}

#[test]
fn virtual_tables() {
    survives("keys in a search index", |folder| {
        wallet_with(
            folder,
            "ALTER TABLE keys RENAME TO real_keys;
             CREATE VIRTUAL TABLE keys USING fts5 (address, secret_key_encrypted, key_idx)",
        );
    });
    survives("metadata in a search index", |folder| {
        database_with(
            folder,
            "CREATE VIRTUAL TABLE metadata USING fts5 (driver_name, driver_version, wallet_id, wallet_name,
             mep_encrypted, mdk_encrypted, max_key_idx_encrypted);
             INSERT INTO metadata VALUES ('sqlite', 1, 'id', 'name', x'00', x'00', x'00')",
        );
    });
}

const LOOSE_METADATA: &str = "CREATE TABLE metadata (driver_name, driver_version, wallet_id, wallet_name,
     mep_encrypted, mdk_encrypted, max_key_idx_encrypted); INSERT INTO metadata VALUES";

#[test]
fn columns_that_hold_something_else() {
    survives("nothing at all", |folder| {
        database_with(
            folder,
            &format!("{LOOSE_METADATA} (NULL, NULL, NULL, NULL, NULL, NULL, NULL)"),
        );
    });
    survives("no id and no name", |folder| {
        database_with(
            folder,
            &format!("{LOOSE_METADATA} ('sqlite', 1, NULL, NULL, x'00', x'00', x'00')"),
        );
    });
    survives("numbers", |folder| {
        database_with(
            folder,
            &format!("{LOOSE_METADATA} (1, 'one', 2, 3.5, 9223372036854775807, -1, 0.5)"),
        );
    });
    survives("a long id and a long name", |folder| {
        database_with(
            folder,
            &format!("{LOOSE_METADATA} ('sqlite', 1, zeroblob(1000000), zeroblob(1000000), x'00', x'00', x'00')"),
        );
    });
    survives("an id as large as memory", |folder| {
        database_with(
            folder,
            &format!("{LOOSE_METADATA} ('sqlite', 1, zeroblob(70000000), 'name', x'00', x'00', x'00')"),
        );
    });
    survives("text for blobs", |folder| {
        wallet_with(
            folder,
            "UPDATE metadata SET wallet_id = CAST(wallet_id AS TEXT), wallet_name = CAST(wallet_name AS TEXT),
             mep_encrypted = hex(mep_encrypted), mdk_encrypted = hex(mdk_encrypted),
             max_key_idx_encrypted = hex(max_key_idx_encrypted);
             UPDATE keys SET address = hex(address), secret_key_encrypted = hex(secret_key_encrypted)",
        );
    });
}

#[test]
fn ten_thousand_wallets_in_one_file() {
    survives("many rows", |folder| {
        wallet_with(
            folder,
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
             INSERT INTO metadata SELECT driver_name, driver_version, 'id ' || n, 'name ' || n, mep_encrypted,
             mdk_encrypted, max_key_idx_encrypted FROM metadata, numbers",
        );
    });
}

#[test]
fn keys_that_are_none() {
    survives("wrong lengths", |folder| {
        wallet_with(
            folder,
            "INSERT INTO keys VALUES (x'01', x'02', 7), (zeroblob(1000), zeroblob(1000), -1), (x'', x'', NULL)",
        );
    });
    survives("a secret key as large as memory", |folder| {
        wallet_with(
            folder,
            "UPDATE keys SET secret_key_encrypted = zeroblob(30000000) WHERE rowid < 3",
        );
    });
}

#[test]
fn envelopes_of_garbage() {
    let nested = format!("mep_encrypted = x'{}'", "81a0".repeat(50_000));
    for (what, change) in [
        ("noise for a master key", "mep_encrypted = randomblob(200)"),
        ("a large one", "mep_encrypted = zeroblob(1000000)"),
        ("nothing for a master key", "mep_encrypted = x''"),
        ("half a master key", "mep_encrypted = substr(mep_encrypted, 1, 60)"),
        // An array of four thousand million, in MessagePack.
        ("a promise of much", "mep_encrypted = x'ddffffffff' || zeroblob(100)"),
        ("maps in maps", &nested),
        ("noise for a derivation key", "mdk_encrypted = randomblob(200)"),
        ("noise for an index", "max_key_idx_encrypted = randomblob(200)"),
        ("one for another", "max_key_idx_encrypted = mdk_encrypted"),
    ] {
        survives(what, |folder| {
            wallet_with(folder, &format!("UPDATE metadata SET {change}"));
        });
    }
}

#[test]
fn what_is_no_file() {
    survives("a directory", |folder| fs::create_dir(folder.join("x.db")).unwrap());
    survives("a FIFO", |folder| {
        mkfifoat(CWD, folder.join("x.db"), Mode::RUSR | Mode::WUSR).unwrap();
    });
    survives("a socket", |folder| {
        drop(UnixListener::bind(folder.join("x.db")).unwrap())
    });
    survives("a device", |folder| symlink("/dev/zero", folder.join("x.db")).unwrap());
    survives("a link to itself", |folder| {
        symlink("x.db", folder.join("x.db")).unwrap()
    });
    let outside = Home::empty();
    let target = outside.file("target");
    survives("a link to nothing", |folder| {
        symlink(&target, folder.join("x.db")).unwrap()
    });
    assert!(!target.exists(), "nothing is made where there was nothing");
}

#[test]
fn names_that_write_into_the_log() {
    for format in ["text", "json"] {
        let home = Home::with(&cheap_with(json!({"log_format": format})));
        let exit = lives_through(format, &home, |folder| {
            fs::write(folder.join("first\nFORGED second.db"), "no wallet").unwrap();
            fs::write(folder.join("red \u{1b}[31m.db"), "no wallet").unwrap();
            fs::write(folder.join("back\r.db"), "no wallet").unwrap();
        });
        let log = home.read("kmd.log");
        for text in [&log, &exit.stdout, &exit.stderr] {
            assert!(!text.lines().any(|line| line.starts_with("FORGED")), "{text}");
            assert!(!text.contains(['\u{1b}', '\r']), "{text}");
        }
        assert!(log.contains("FORGED second.db"), "it is told which file: {log}");
    }
}
