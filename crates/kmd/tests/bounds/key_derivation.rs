//! How much work a password may cost.

use crate::{
    serves,
    support::{
        api::{Api, creation},
        daemon::{Daemon, Home, cheap, cheap_with},
        golden::{self, Wallet},
        http::Reply,
        pack::Pack,
        sqlite,
    },
};
use rusqlite::Connection;
use serde_json::json;
use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// What a refusal without work takes at most, and far less than the work would.
const AT_ONCE: Duration = Duration::from_secs(5);

#[test]
fn only_so_many_wait_for_it() {
    let home = Home::with(&cheap_with(json!({"kdf_parallel": 1, "kdf_queue": 1})));
    let wallet = golden::wallet("default parameters");
    wallet.copy_to(&home.make_wallets());
    let daemon = home.start();

    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (mut api, body) = (daemon.api(), opening(&wallet));
            thread::spawn(move || api.post("/v1/wallet/init", &body))
        })
        .collect();
    let replies: Vec<Reply> = clients.into_iter().map(|client| client.join().unwrap()).collect();

    let (served, refused): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 200);
    assert!(!served.is_empty() && !refused.is_empty(), "{replies:?}");
    for reply in refused {
        assert_eq!(reply.status, 503, "{}", reply.text());
        assert!(!reply.message().is_empty());
        let again: u64 = reply.header("Retry-After").expect("when to try again").parse().unwrap();
        assert!(again > 0);
    }
    assert_eq!(open(&mut daemon.api(), &wallet).status, 200);
    serves(&daemon);
}

#[test]
fn work_that_needs_no_derivation_is_not_held_up() {
    let home = Home::with(&cheap_with(json!({"kdf_parallel": 1, "kdf_queue": 0})));
    let wallet = golden::wallet("default parameters");
    wallet.copy_to(&home.make_wallets());
    let daemon = home.start();
    let mut api = daemon.api();
    let own = api.create("own", "");
    let handle = api.open(&own, "");

    let (mut slow, body) = (daemon.api(), opening(&wallet));
    // The probe below may be in the only place when it arrives.
    let running = thread::spawn(move || slow.post_until_not_busy("/v1/wallet/init", &body));
    api.await_busy(|| running.is_finished());
    let generated = api.generate(&handle);
    assert_eq!(api.keys(&handle), [generated]);
    assert_eq!(running.join().unwrap().status, 200);
}

#[test]
fn a_crafted_file_costs_nothing() {
    let home = Home::cheap();
    let folder = home.make_wallets();
    let sound = golden::wallet("deleted");
    sound.copy_to(&folder);
    let crafted = golden::wallet("plain");
    let path = crafted.copy_to(&folder);
    let daemon = home.start();
    let mut api = daemon.api();

    for (n, r, p) in [
        // A terabyte.
        (1 << 30, 8, 1),
        // Little memory and years of work.
        (1 << 14, 8, 1 << 24),
        (1 << 10, 1, 1 << 29),
        // No parameters at all.
        (0, 1, 1),
        (1, 1, 1),
        (3, 1, 1),
        (2, 0, 1),
        (2, 1, 0),
        // Products that overflow.
        (1 << 63, 1, 1),
        (u64::MAX, u64::MAX, u64::MAX),
        (1 << 32, 1 << 16, 1 << 16),
    ] {
        craft(&path, n, r, p);
        refused_at_once(&mut api, &crafted, &format!("N={n} r={r} p={p}"));
    }
    assert_eq!(open(&mut api, &sound).status, 200);
    serves(&daemon);
}

#[test]
fn the_memory_ceiling_is_a_setting() {
    // This wallet needs 128 MiB.
    let strong = golden::wallet("strong");
    for (mebibytes, opens) in [(64, false), (256, true)] {
        let ceiling = json!({"kdf_max_memory_bytes": mebibytes * 1024 * 1024});
        let home = Home::with(&cheap_with(ceiling));
        strong.copy_to(&home.make_wallets());
        let daemon = home.start();
        match opens {
            true => assert_eq!(open(&mut daemon.api(), &strong).status, 200),
            false => refused_at_once(&mut daemon.api(), &strong, "a lower ceiling"),
        }
    }
}

#[test]
fn the_work_ceiling_is_a_setting() {
    // Twice the work of the default parameters.
    let mut config = cheap();
    config["drivers"]["sqlite"]["scrypt"]["scrypt_n"] = 65536.into();
    config["drivers"]["sqlite"]["scrypt"]["scrypt_p"] = 64.into();
    let home = Home::with(&config);
    let id = home.start().api().create("hard", "");
    let opening = json!({"wallet_id": id, "wallet_password": ""});

    for (factor, opens) in [(1, false), (2, true)] {
        let config = cheap_with(json!({"kdf_max_work_factor": factor}));
        home.write("kmd_config.json", &config.to_string());
        let reply = home.start().api().post("/v1/wallet/init", &opening);
        assert_eq!(reply.status == 200, opens, "{factor}: {}", reply.text());
    }
}

#[test]
fn a_client_that_hangs_up_tears_nothing() {
    let home = Home::cheap();
    let daemon = home.start();
    for number in 0..30 {
        let mut api = daemon.api();
        let body = creation(&format!("wallet {number}"), "").to_string();
        let request = api.request("POST", "/v1/wallet").body(body);
        api.connection().start(&request).unwrap();
        // Some are gone before the daemon has read the request, some in the middle or after it.
        if number % 3 != 0 {
            serves(&daemon);
        }
    }
    serves(&daemon);
    assert_eq!(daemon.stop().code, Some(0), "a stop waits for what still runs");

    check_whole(&home, &home.start());
}

/// Every file is a listed wallet, and every wallet opens and takes a key.
fn check_whole(home: &Home, daemon: &Daemon) {
    let mut api = daemon.api();
    let ids = api.wallet_ids();
    assert_eq!(ids.len(), home.wallet_files().len(), "{:?}", home.wallet_files());
    assert!(!ids.is_empty(), "not one of the requests was carried out");
    for id in ids {
        let handle = api.open(&id, "");
        let key = api.generate(&handle);
        assert_eq!(api.keys(&handle), [key]);
    }
}

fn opening(wallet: &Wallet) -> serde_json::Value {
    json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()})
}

fn open(api: &mut Api, wallet: &Wallet) -> Reply {
    api.post("/v1/wallet/init", &opening(wallet))
}

fn refused_at_once(api: &mut Api, wallet: &Wallet, what: &str) {
    let start = Instant::now();
    let reply = open(api, wallet);
    assert!(matches!(reply.status, 400 | 401), "{what}: {}", reply.text());
    assert!(!reply.message().is_empty());
    assert!(start.elapsed() < AT_ONCE, "{what}: {:?}", start.elapsed());
}

/// Writes other parameters into the envelope of a wallet's master key.
fn craft(path: &Path, n: u64, r: u64, p: u64) {
    let mut envelope = Pack::decode(&sqlite::blob(path, "SELECT mep_encrypted FROM metadata"));
    for (name, value) in [("scrypt_n", n), ("scrypt_r", r), ("scrypt_p", p)] {
        envelope.set(name, value.into());
    }
    let file = Connection::open(path).unwrap();
    let changed = file.execute("UPDATE metadata SET mep_encrypted = ?1", [envelope.encode()]);
    assert_eq!(changed.unwrap(), 1);
}
