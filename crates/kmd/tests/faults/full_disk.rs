//! A disk that is really full, or nearly: what has no room is refused and leaves nothing, and is done when there is room.

use super::{
    change::Change,
    errors::is_clear,
    scene::{PASSWORD, Scene, check_whole, create_unless_there},
    small_disk::SmallDisk,
};
use crate::support::{
    TOKEN,
    algorand::public_key,
    api::{Api, creation},
    daemon::{Home, names},
    http::{Connection, Reply},
};
use serde_json::json;
use std::{collections::BTreeMap, fs, net::SocketAddr, path::PathBuf};

/// More pages than any of the changes writes.
const MOST: usize = 30;
/// Fewer than each of them writes.
const LEAST: usize = 2;

#[test]
fn no_room_to_create() {
    no_room(Change::Create);
}

#[test]
fn no_room_to_generate() {
    no_room(Change::Generate);
}

#[test]
fn no_room_to_import() {
    no_room(Change::Import);
}

#[test]
fn no_room_to_delete() {
    no_room(Change::Delete);
}

#[test]
fn no_room_to_import_a_multisig() {
    no_room(Change::ImportMultisig);
}

#[test]
fn no_room_to_rename() {
    no_room(Change::Rename);
}

#[test]
fn no_room_to_change_the_password() {
    no_room(Change::NewPassword);
}

#[test]
fn no_room_to_back_up() {
    no_room(Change::Backup);
}

#[test]
fn no_room_to_restore() {
    no_room(Change::Restore);
}

/// Asks for a change with no room, then with a page more each time, until it gets through: so it runs out of room at
/// each of its writes.
fn no_room(change: Change) {
    let scene = Scene::new();
    let Some(mut disk) = SmallDisk::of(change.home(&scene)) else {
        return;
    };
    let daemon = disk.start_daemon();
    let before = files(&mut disk);
    let mut pages = 0;
    let done = loop {
        disk.fill_but(pages);
        let reply = change.ask(&scene, daemon).expect("an answer");
        if reply.status == 200 {
            break reply;
        }
        let place = format!("{change:?} with {pages} pages of room");
        is_refused(change, &reply, &place);
        let now = files(&mut disk);
        assert!(now == before, "{place}: {:?} were {:?}", now.keys(), before.keys());
        reads_on(change, &scene, daemon);
        pages += 1;
        assert!(pages < MOST, "{place}: {}", reply.text());
    };
    disk.save();
    change.check(&scene, &disk.saved.start(), Some(&done.json()));
    assert!(pages >= LEAST, "{change:?} was refused only {pages} times");
}

/// The answer says that the daemon failed, with the status of its endpoint.
fn is_refused(change: Change, reply: &Reply, place: &str) {
    let status = match change {
        Change::Create | Change::Import | Change::Delete | Change::ImportMultisig | Change::Rename => 400,
        Change::Generate | Change::NewPassword | Change::Backup | Change::Restore => 500,
    };
    assert_eq!(reply.status, status, "{place}: {}", reply.text());
    is_clear(reply, place);
}

/// What only reads is served, of all that was there.
fn reads_on(change: Change, scene: &Scene, daemon: SocketAddr) {
    let mut api = Api::new(Connection::tcp(daemon), TOKEN);
    if change == Change::Restore {
        assert!(api.wallet_ids().is_empty(), "half a wallet");
    } else {
        assert_eq!(api.wallet_names(), ["wallet"]);
        scene.check(&mut api, None, None);
    }
}

/// All files of wallets and backups.
fn files(disk: &mut SmallDisk) -> BTreeMap<PathBuf, Vec<u8>> {
    disk.save();
    let folders = [disk.saved.wallets(), disk.saved.file("backups")];
    let paths = folders
        .iter()
        .flat_map(|folder| names(folder).into_iter().map(|name| folder.join(name)));
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn a_disk_that_fills_up_and_is_given_room_again() {
    let Some(mut disk) = SmallDisk::of(Home::cheap()) else {
        return;
    };
    let mut api = Api::new(Connection::tcp(disk.start_daemon()), TOKEN);
    let wallet = api.create("wallet", PASSWORD);
    let handle = api.open(&wallet, PASSWORD);
    let mut keys = vec![api.generate(&handle)];

    disk.fill_but(0);
    let generate = json!({"wallet_handle_token": handle});
    let refused = until_refused(|| api.post("/v1/key", &generate), &mut keys);
    assert_eq!((refused.status, refused.message()), (500, "database error".to_owned()));
    let refused = api.post("/v1/wallet", &creation("second", PASSWORD));
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(["database error", "error connecting to database"].contains(&refused.message().as_str()));
    assert_eq!(api.wallet_names(), ["wallet"], "half a wallet");
    // What only reads is served.
    keys.sort_unstable_by_key(|key| public_key(key));
    assert_eq!(api.keys(&handle), keys);
    let exported = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD, "address": keys[0]});
    api.ok("/v1/key/export", &exported);

    disk.make_room();
    keys.push(api.generate(&handle));
    let second = create_unless_there(&mut api, "second");
    check_whole(&mut api, &second);

    let mut api = Api::new(Connection::tcp(disk.restart_daemon()), TOKEN);
    let handle = api.open(&wallet, PASSWORD);
    keys.sort_unstable_by_key(|key| public_key(key));
    assert_eq!(api.keys(&handle), keys);
}

/// Adds keys while that works; the answer when it no longer does.
fn until_refused(mut generate: impl FnMut() -> Reply, keys: &mut Vec<String>) -> Reply {
    loop {
        let reply = generate();
        if reply.status != 200 {
            return reply;
        }
        keys.push(reply.json()["address"].as_str().unwrap().to_owned());
    }
}
