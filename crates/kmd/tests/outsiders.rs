//! Wallet files that other processes change, lock, replace and remove while the daemon has them open.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use support::{
    algorand::{base64, check_signed, key_of_label, payment, private_key, public_key, unbase64},
    api::{Api, creation, string},
    daemon::{Daemon, Home},
    golden,
    http::Reply,
};

/// How long those may wait who want nothing of a locked wallet.
const AT_ONCE: Duration = Duration::from_secs(1);

const TAKEN: &str = "wallet with same name already exists";

/// A wallet of a daemon, its newest handle and its file. Its password is its name.
struct Wallet {
    api: Api,
    id: String,
    name: String,
    handle: String,
    path: PathBuf,
}

impl Wallet {
    fn create(daemon: &Daemon, name: &str) -> Self {
        let mut api = daemon.api();
        let id = api.create(name, name);
        let handle = api.open(&id, name);
        let files = daemon.home.wallet_files();
        let file = files.iter().find(|file| file.contains(&id)).unwrap();
        Self {
            path: daemon.home.wallets().join(file),
            name: name.to_owned(),
            api,
            id,
            handle,
        }
    }

    /// The same wallet for another client.
    fn of(&self, daemon: &Daemon) -> Self {
        Self {
            api: daemon.api(),
            id: self.id.clone(),
            name: self.name.clone(),
            handle: self.handle.clone(),
            path: self.path.clone(),
        }
    }

    fn release(&mut self) {
        let body = json!({"wallet_handle_token": self.handle});
        self.api.ok("/v1/wallet/release", &body);
    }

    /// Opens it anew.
    fn open(&mut self) -> Reply {
        let body = json!({"wallet_id": self.id, "wallet_password": self.name});
        let reply = self.api.post("/v1/wallet/init", &body);
        if reply.status == 200 {
            self.handle = string(&reply.json()["wallet_handle_token"]);
        }
        reply
    }

    fn with_password(&self, mut body: Value) -> Value {
        body["wallet_handle_token"] = self.handle.as_str().into();
        body["wallet_password"] = self.name.as_str().into();
        body
    }

    fn generate(&mut self) -> String {
        self.api.generate(&self.handle)
    }

    fn keys(&mut self) -> Vec<String> {
        self.api.keys(&self.handle)
    }

    fn signing(&self, address: &str) -> Value {
        self.with_password(json!({"transaction": base64(&payment(&public_key(address)))}))
    }

    fn sign(&mut self, address: &str) -> Reply {
        let body = self.signing(address);
        self.api.post("/v1/transaction/sign", &body)
    }

    #[track_caller]
    fn signs(&mut self, address: &str) {
        let reply = self.sign(address);
        assert_eq!(reply.status, 200, "{}", reply.text());
        let signed = unbase64(&string(&reply.json()["signed_transaction"]));
        let key = public_key(address);
        check_signed(&signed, &payment(&key), &key);
    }

    #[track_caller]
    fn does_not_sign(&mut self, address: &str, what: &str) {
        let reply = self.sign(address);
        refused(&reply, what);
    }

    fn delete(&mut self, address: &str) -> Reply {
        let body = self.with_password(json!({"address": address}));
        self.api.call("DELETE", "/v1/key", &body.to_string())
    }

    /// Every request that uses or changes the wallet, with an address that it had.
    fn uses(&mut self, address: &str) -> Vec<(&'static str, Reply)> {
        let of_address = json!({"address": address});
        let imported = json!({"private_key": private_key(&key_of_label("outsider"))});
        let multisig = json!({"multisig_version": 1, "threshold": 1, "pks": [base64(&public_key(address))]});
        let requests = [
            ("/v1/transaction/sign", self.signing(address)),
            ("/v1/key", json!({})),
            ("/v1/key/import", imported),
            ("/v1/key/export", self.with_password(of_address)),
            ("/v1/multisig/import", multisig),
            ("/v1/key/list", json!({})),
        ];
        let answered = requests.map(|(path, mut body)| {
            body["wallet_handle_token"] = self.handle.as_str().into();
            (path, self.api.post(path, &body))
        });
        let deleted = self.delete(address);
        answered.into_iter().chain([("DELETE /v1/key", deleted)]).collect()
    }

    #[track_caller]
    fn is_refused(&mut self, address: &str) {
        for (what, reply) in self.uses(address) {
            refused(&reply, what);
        }
    }
}

#[track_caller]
fn refused(reply: &Reply, what: &str) {
    assert!(matches!(reply.status, 400..=599), "{what}: {}", reply.text());
    assert!(!reply.message().is_empty());
}

#[track_caller]
fn within<T>(limit: Duration, what: &str, act: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = act();
    let took = start.elapsed();
    assert!(took < limit, "{what} took {took:?}");
    result
}

/// Puts a file into WAL mode, where a commit does not touch the file itself.
fn switch_to_wal(path: &Path) -> Connection {
    let other = Connection::open(path).unwrap();
    let mode: String = other
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    other
}

/// The bytes that tell how a file is written and read: 1 for a journal that is deleted, 2 for WAL.
fn file_versions(path: &Path) -> [u8; 2] {
    let mut bytes = [0; 2];
    File::open(path).unwrap().read_exact_at(&mut bytes, 18).unwrap();
    bytes
}

#[derive(Clone, Copy, Debug)]
struct Switch {
    /// Before the handle is opened, or while it is open.
    before_init: bool,
    /// The other process goes on having the file open.
    held: bool,
    /// Who deletes the key.
    deleted_by_api: bool,
}

#[test]
fn in_wal_mode_no_deleted_key_signs() {
    let daemon = Home::cheap().start();
    for number in 0..8_u8 {
        let switch = Switch {
            before_init: number & 1 != 0,
            held: number & 2 != 0,
            deleted_by_api: number & 4 != 0,
        };
        switched(Wallet::create(&daemon, &format!("wallet {number}")), switch);
    }
}

fn switched(mut wallet: Wallet, switch: Switch) {
    let what = format!("{switch:?}");
    let (used, kept) = (wallet.generate(), wallet.generate());
    wallet.signs(&used);
    wallet.signs(&kept);

    let other = if switch.before_init {
        wallet.release();
        let other = switch_to_wal(&wallet.path);
        let other = switch.held.then_some(other);
        let opened = wallet.open();
        if opened.status != 200 {
            return refused(&opened, &what);
        }
        // Without this the key would not be in memory.
        wallet.sign(&used);
        other
    } else {
        let other = switch_to_wal(&wallet.path);
        switch.held.then_some(other)
    };

    let deleted = if switch.deleted_by_api {
        wallet.delete(&used).status == 200
    } else {
        let third = Connection::open(&wallet.path).unwrap();
        let key = public_key(&used);
        let deleted = third.execute("DELETE FROM keys WHERE address = ?1", [key.as_slice()]);
        assert_eq!(deleted.unwrap(), 1);
        true
    };
    wallet.does_not_sign(&used, &what);
    drop(other);
    if wallet.open().status == 200 && deleted {
        wallet.does_not_sign(&used, &what);
        assert_eq!(wallet.keys(), [kept], "{what}");
    }
}

#[test]
fn opening_takes_a_file_out_of_wal_mode() {
    let home = Home::cheap();
    let plain = golden::wallet("plain");
    let copy = plain.copy_to(&home.make_wallets());
    drop(switch_to_wal(&copy));
    let daemon = home.start();
    let mut own = Wallet::create(&daemon, "own");
    own.release();
    drop(switch_to_wal(&own.path));
    assert_eq!(file_versions(&own.path), [2, 2]);

    let opened = own.open();
    assert_eq!(opened.status, 200, "{}", opened.text());
    assert_eq!(file_versions(&own.path), [1, 1]);
    let key = own.generate();
    own.signs(&key);
    let handle = own.api.open(plain.id(), &plain.password());
    assert_eq!(file_versions(&copy), [1, 1]);
    assert_eq!(own.api.keys(&handle), plain.addresses());
    let names: Vec<_> = fs::read_dir(home.wallets())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with("-wal") || name.ends_with("-shm"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

/// The same inode, size and number of changes: nothing but the content tells that it is another wallet.
#[test]
fn a_file_overwritten_with_another_wallet_is_not_used() {
    let daemon = Home::cheap().start();
    let (mut first, mut second) = (Wallet::create(&daemon, "first"), Wallet::create(&daemon, "second"));
    let (key, other_key) = (first.generate(), second.generate());
    first.signs(&key);
    second.release();
    let (own, bytes) = (fs::read(&first.path).unwrap(), fs::read(&second.path).unwrap());
    assert_eq!((own.len(), &own[24..28]), (bytes.len(), &bytes[24..28]));
    let inode = fs::metadata(&first.path).unwrap().ino();

    fs::write(&first.path, &bytes).unwrap();
    assert_eq!(fs::metadata(&first.path).unwrap().ino(), inode);

    first.does_not_sign(&key, "the key that was");
    first.does_not_sign(&other_key, "the key of another wallet");
    for (what, reply) in first.uses(&key) {
        // A list may be given: it says what is in the file.
        if what != "/v1/key/list" {
            refused(&reply, what);
        }
    }
    first.does_not_sign(&other_key, "the key of another wallet");

    let Wallet { path, id, .. } = second;
    fs::remove_file(path).unwrap();
    let home = daemon.home.clone();
    assert_eq!(daemon.stop().code, Some(0));
    let daemon = home.start();
    let mut second = Wallet {
        api: daemon.api(),
        name: "second".to_owned(),
        handle: String::new(),
        path: first.path,
        id,
    };
    let opened = second.open();
    assert_eq!(opened.status, 200, "{}", opened.text());
    assert_eq!(second.keys(), [other_key.as_str()]);
    assert_eq!(second.api.multisigs(&second.handle), [] as [&str; 0]);
    second.signs(&other_key);
    let next = second.generate();
    second.signs(&next);
}

#[test]
fn a_locked_wallet_holds_up_nobody_else() {
    let daemon = Home::cheap().start();
    let (mut locked, mut free) = (Wallet::create(&daemon, "locked"), Wallet::create(&daemon, "free"));
    let cold: Vec<String> = (0..7).map(|_| locked.generate()).collect();
    let warm = free.generate();
    free.signs(&warm);
    let probe = |free: &mut Wallet| {
        within(AT_ONCE, "/versions", || {
            assert_eq!(daemon.api().get("/versions").status, 200)
        });
        within(AT_ONCE, "signing", || free.signs(&warm));
    };

    let lock = Connection::open(&locked.path).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    probe(&mut free);
    let mut pending: Vec<Wallet> = cold[..6].iter().map(|_| locked.of(&daemon)).collect();
    for (client, address) in pending.iter_mut().zip(&cold) {
        let body = client.signing(address).to_string();
        let request = client.api.request("POST", "/v1/transaction/sign").body(body);
        client.api.connection().start(&request).unwrap();
    }
    for _ in 0..20 {
        probe(&mut free);
    }
    lock.execute_batch("COMMIT").unwrap();

    for client in &mut pending {
        let reply = client.api.connection().answer("POST").unwrap();
        assert!(matches!(reply.status, 200 | 400..=599), "{}", reply.text());
    }
    locked.signs(&cold[6]);
    let key = locked.generate();
    locked.signs(&key);
    locked.signs(&cold[0]);
}

#[test]
fn a_wallet_that_was_locked_when_it_came_is_there_afterwards() {
    let home = Home::cheap();
    let wallet = golden::wallet("plain");
    let daemon = home.start();
    let mut api = daemon.api();
    let own = api.create("own", "");
    let copy = wallet.copy_to(&home.make_wallets());
    let lock = Connection::open(copy).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let start = Instant::now();
    // More than once, and until the file has been as it is for longer than a clock tick.
    let mut looks = 0;
    while looks < 2 || start.elapsed() < Duration::from_millis(300) {
        assert!(api.wallet_ids().contains(&own));
        looks += 1;
    }
    lock.execute_batch("COMMIT").unwrap();
    drop(lock);

    let taken = api.post("/v1/wallet", &creation(wallet.name(), ""));
    assert_eq!((taken.status, taken.message()), (400, TAKEN.to_owned()));
    assert!(api.wallet_ids().iter().any(|id| id == wallet.id()));
    let handle = api.open(wallet.id(), &wallet.password());
    assert_eq!(api.keys(&handle), wallet.addresses());
}

#[test]
fn keys_that_others_delete_and_add_are_seen_at_once() {
    let daemon = Home::cheap().start();
    let mut wallet = Wallet::create(&daemon, "first");
    let (used, kept) = (wallet.generate(), wallet.generate());
    let other = Connection::open(&wallet.path).unwrap();
    let key = public_key(&used);
    for round in 0..10 {
        wallet.signs(&used);
        let row: (Vec<u8>, i64) = other
            .query_row(
                "SELECT secret_key_encrypted, key_idx FROM keys WHERE address = ?1",
                [key.as_slice()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();

        let deleted = other.execute("DELETE FROM keys WHERE address = ?1", [key.as_slice()]);
        assert_eq!(deleted.unwrap(), 1);
        let reply = wallet.sign(&used);
        let expected = (400, "key does not exist in this wallet".to_owned());
        assert_eq!((reply.status, reply.message()), expected, "{round}");
        assert_eq!(wallet.keys(), [kept.as_str()]);

        other
            .execute(
                "INSERT INTO keys (address, secret_key_encrypted, key_idx) VALUES (?1, ?2, ?3)",
                (key.as_slice(), row.0, row.1),
            )
            .unwrap();
        // Once first through the list and once first through a signature.
        if round % 2 == 0 {
            wallet.signs(&used);
        }
        assert_eq!(wallet.keys().len(), 2);
    }
}

#[test]
fn a_file_replaced_is_not_used_by_old_handles() {
    let daemon = Home::cheap().start();
    let mut wallet = Wallet::create(&daemon, "first");
    let key = wallet.generate();
    wallet.signs(&key);
    let copy = daemon.home.file("copy");
    fs::copy(&wallet.path, &copy).unwrap();

    fs::rename(copy, &wallet.path).unwrap();

    wallet.is_refused(&key);
    let opened = wallet.open();
    assert_eq!(opened.status, 200, "{}", opened.text());
    assert_eq!(wallet.keys(), [key.as_str()]);
    wallet.signs(&key);
}

#[test]
fn a_file_deleted_is_a_wallet_gone() {
    let daemon = Home::cheap().start();
    let mut wallet = Wallet::create(&daemon, "first");
    let key = wallet.generate();
    wallet.signs(&key);

    fs::remove_file(&wallet.path).unwrap();

    wallet.is_refused(&key);
    let rename = json!({"wallet_id": wallet.id, "wallet_password": "first", "wallet_name": "new"});
    refused(&wallet.api.post("/v1/wallet/rename", &rename), "renaming");
    refused(&wallet.open(), "opening");
    assert_eq!(wallet.api.wallet_ids(), [] as [&str; 0]);
    let left: Vec<_> = fs::read_dir(daemon.home.wallets()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
