//! Two who want the same at once, and files that come and go under a running daemon.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use support::{
    api::{Api, creation},
    daemon::{Home, cheap},
    golden,
    http::Reply,
};

const TAKEN: &str = "wallet with same name already exists";

#[test]
fn one_of_two_creations_wins() {
    let daemon = Home::cheap().start();
    let mut apis = [daemon.api(), daemon.api()];
    for round in 0..50 {
        let body = creation(&format!("wallet {round}"), "");
        let [first, second] = apis;
        let (replies, back) = at_once([(first, "/v1/wallet", body.clone()), (second, "/v1/wallet", body)]);
        one_wins(&replies);
        apis = back;
    }
    assert_eq!(daemon.api().wallets().len(), 50);
    assert_eq!(daemon.home.wallet_files().len(), 50);
}

#[test]
fn one_of_two_renames_wins() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let ids = [api.create("first", ""), api.create("second", "")];
    let mut apis = [daemon.api(), daemon.api()];
    for round in 0..50 {
        let name = format!("name {round}");
        let rename = |id: &str| json!({"wallet_id": id, "wallet_password": "", "wallet_name": name});
        let [first, second] = apis;
        let (replies, back) = at_once([
            (first, "/v1/wallet/rename", rename(&ids[0])),
            (second, "/v1/wallet/rename", rename(&ids[1])),
        ]);
        one_wins(&replies);
        let names = api.wallet_names();
        assert_eq!(names.iter().filter(|known| **known == name).count(), 1, "{names:?}");
        apis = back;
    }
}

#[test]
fn a_creation_and_a_rename_do_not_share_a_name() {
    let daemon = Home::cheap().start();
    let id = daemon.api().create("first", "");
    let mut apis = [daemon.api(), daemon.api()];
    for round in 0..50 {
        let name = format!("name {round}");
        let rename = json!({"wallet_id": id, "wallet_password": "", "wallet_name": name});
        let [first, second] = apis;
        let (replies, back) = at_once([
            (first, "/v1/wallet/rename", rename),
            (second, "/v1/wallet", creation(&name, "")),
        ]);
        one_wins(&replies);
        apis = back;
    }
}

/// The lock is of the data directory; the wallets folder may be shared.
#[test]
fn two_daemons_share_a_folder() {
    let folder = Home::empty();
    let mut config = cheap();
    config["drivers"]["sqlite"]["wallets_dir"] = folder.path.to_str().into();
    let daemons = [Home::with(&config).start(), Home::with(&config).start()];
    let mut apis = [daemons[0].api(), daemons[1].api()];
    for round in 0..50 {
        let body = creation(&format!("wallet {round}"), "");
        let [first, second] = apis;
        let (replies, back) = at_once([(first, "/v1/wallet", body.clone()), (second, "/v1/wallet", body)]);
        one_wins(&replies);
        apis = back;
    }
    let lists = apis.map(|mut api| api.wallets());
    assert_eq!(lists[0].len(), 50);
    assert_eq!(lists[0], lists[1]);
}

#[test]
fn keys_generated_at_once_are_different_keys() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let id = api.create("first", "");
    let handle = api.open(&id, "");
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (mut api, handle) = (daemon.api(), handle.clone());
            thread::spawn(move || (0..25).map(|_| api.generate(&handle)).collect::<Vec<_>>())
        })
        .collect();
    let generated: Vec<String> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let different: BTreeSet<String> = generated.iter().cloned().collect();
    assert_eq!(different.len(), 100);
    assert_eq!(api.keys(&handle).into_iter().collect::<BTreeSet<_>>(), different);
}

/// Creating and renaming look at every wallet, also at one that clients change without a pause.
#[test]
fn a_wallet_that_never_rests_holds_up_no_other() {
    let daemon = Home::cheap().start();
    let mut api = daemon.api();
    let busy = api.create("busy", "");
    let handle = api.open(&busy, "");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for client in 1..=4_u8 {
            let (mut api, handle, done) = (daemon.api(), &handle, &done);
            scope.spawn(move || {
                for number in 0_u32.. {
                    let mut seed = [client; 32];
                    seed[..4].copy_from_slice(&number.to_le_bytes());
                    let body = json!({"wallet_handle_token": handle, "private_key": seed.to_vec()});
                    api.ok("/v1/key/import", &body);
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let mut refused = Vec::new();
        for number in 0..20 {
            let created = api.post("/v1/wallet", &creation(&format!("wallet {number}"), ""));
            refused.extend(Some(created).filter(|reply| reply.status != 200));
        }
        done.store(true, Ordering::Relaxed);
        assert!(refused.is_empty(), "{refused:?}");
    });
}

/// Sends both requests as nearly at the same time as threads can.
fn at_once(requests: [(Api, &'static str, Value); 2]) -> ([Reply; 2], [Api; 2]) {
    let barrier = Arc::new(Barrier::new(2));
    let threads = requests.map(|(mut api, path, body)| {
        let barrier = Arc::clone(&barrier);
        thread::spawn(move || {
            barrier.wait();
            (api.post(path, &body), api)
        })
    });
    let [first, second] = threads.map(|thread| thread.join().unwrap());
    ([first.0, second.0], [first.1, second.1])
}

fn one_wins(replies: &[Reply; 2]) {
    let (won, lost): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 1), "{replies:?}");
    assert_eq!((lost[0].status, lost[0].message()), (400, TAKEN.to_owned()));
}

#[test]
fn a_wallet_dropped_in_is_there_and_gone_when_taken_out() {
    let home = Home::cheap();
    let daemon = home.start();
    let mut api = daemon.api();
    let own = api.create("own", "");
    let wallet = golden::wallet("plain");

    let copy = wallet.copy_to(&home.wallets());
    let ids: BTreeSet<String> = api.wallet_ids().into_iter().collect();
    assert_eq!(ids, BTreeSet::from([own.clone(), wallet.id().to_owned()]));
    let handle = api.open(wallet.id(), &wallet.password());
    assert_eq!(api.keys(&handle), wallet.addresses());
    let taken = api.post("/v1/wallet", &creation(wallet.name(), ""));
    assert_eq!((taken.status, taken.message()), (400, TAKEN.to_owned()));

    fs::remove_file(copy).unwrap();
    assert_eq!(api.wallet_ids(), [own]);
    let body = json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()});
    let gone = api.post("/v1/wallet/init", &body);
    assert_eq!((gone.status, gone.message()), (400, "wallet not found".to_owned()));
    assert_eq!(
        api.post("/v1/wallet", &creation(wallet.name(), "")).status,
        200,
        "its name is free"
    );
}

#[test]
fn a_file_may_have_any_name() {
    let home = Home::cheap();
    let wallet = golden::wallet("plain");
    let folder = home.make_wallets();
    fs::rename(wallet.copy_to(&folder), folder.join("some name.of its-own.db")).unwrap();
    let daemon = home.start();
    let mut api = daemon.api();
    assert_eq!(api.wallet_ids(), [wallet.id()]);
    let handle = api.open(wallet.id(), &wallet.password());
    assert_eq!(api.keys(&handle), wallet.addresses());
}

#[test]
fn the_same_wallet_twice_is_not_opened() {
    let home = Home::cheap();
    let wallet = golden::wallet("plain");
    let folder = home.make_wallets();
    let copy = wallet.copy_to(&folder);
    fs::copy(copy, folder.join("copy.db")).unwrap();
    let daemon = home.start();
    let body = json!({"wallet_id": wallet.id(), "wallet_password": wallet.password()});
    let refused = daemon.api().post("/v1/wallet/init", &body);
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(
        refused.message(),
        "multiple wallets with the same ID exist. cannot continue"
    );
}

#[test]
fn junk_is_skipped_and_logged_once() {
    let home = Home::cheap();
    let folder = home.make_wallets();
    let wallet = golden::wallet("plain");
    let file = fs::read(wallet.copy_to(&folder)).unwrap();
    fs::write(folder.join("junk-text.db"), "not a database\n".repeat(1000)).unwrap();
    fs::write(folder.join("junk-empty.db"), "").unwrap();
    fs::write(folder.join("junk-cut.db"), &file[..5000]).unwrap();
    fs::create_dir(folder.join("junk-folder.db")).unwrap();
    let other = Connection::open(folder.join("junk-other.db")).unwrap();
    other.execute("CREATE TABLE metadata (something INT)", []).unwrap();
    drop(other);
    fs::write(folder.join("no-wallet.txt"), "not a database").unwrap();
    let junk = [
        "junk-text.db",
        "junk-empty.db",
        "junk-cut.db",
        "junk-folder.db",
        "junk-other.db",
    ];

    let daemon = home.start();
    let mut api = daemon.api();
    for _ in 0..3 {
        assert_eq!(api.wallet_ids(), [wallet.id()]);
    }
    let handle = api.open(wallet.id(), &wallet.password());
    assert_eq!(api.keys(&handle), wallet.addresses());
    api.create("new", "");
    assert_eq!(daemon.stop().code, Some(0));

    let log = home.read("kmd.log");
    for name in junk {
        let lines = log.lines().filter(|line| line.contains(name)).count();
        assert_eq!(lines, 1, "{name} in\n{log}");
        assert!(folder.join(name).exists(), "{name} is not ours to remove");
    }
    assert!(!log.contains("no-wallet.txt"), "{log}");
}
