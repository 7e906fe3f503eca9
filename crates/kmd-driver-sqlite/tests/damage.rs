//! A wallet file with any of its bytes, or any part of its end, gone wrong: it opens rightly, or it is refused, and the
//! refusal names it. No wrong key ever signs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use ed25519_dalek::{Signature, VerifyingKey};
use kmd_algorand::{Address, MultisigPreimage, PublicKey};
use kmd_crypto::{Password, Seed};
use kmd_driver_sqlite::{SqliteDriver, SqliteSettings};
use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
use kmd_wallet::{Driver, Error, NewWallet, Wallet, WalletId, WalletName};

const MESSAGE: &[u8] = b"message";

#[test]
fn every_byte_flipped() {
    let whole = Whole::new();
    for place in 0..whole.bytes.len() {
        let mut bytes = whole.bytes.clone();
        bytes[place] ^= 0xff;
        whole.check(&bytes, &format!("byte {place}"));
    }
}

#[test]
fn every_bit_flipped_where_something_is_stored() {
    let whole = Whole::new();
    let used = (0..whole.bytes.len()).filter(|place| whole.bytes[*place] != 0);
    for place in used {
        // All bits but one of each byte, another one in its neighbours: together with the whole bytes above it is enough.
        let mut bytes = whole.bytes.clone();
        bytes[place] ^= 1 << (place % 8);
        whole.check(&bytes, &format!("bit {} of byte {place}", place % 8));
    }
}

#[test]
fn every_length() {
    let whole = Whole::new();
    for length in 0..whole.bytes.len() {
        whole.check(&whole.bytes[..length], &format!("length {length}"));
    }
}

/// A small wallet, and what is in it.
struct Whole {
    bytes: Vec<u8>,
    keys: BTreeSet<Address>,
    multisigs: BTreeSet<Address>,
    folder: tempfile::TempDir,
}

impl Whole {
    fn new() -> Self {
        // In memory where that is possible: each damage is one more file, and syncing would take most of the time.
        let folder = tempfile::tempdir_in("/dev/shm")
            .or_else(|_| tempfile::tempdir())
            .unwrap();
        let made = driver(folder.path(), Box::new(|_, _| ()));
        made.create(NewWallet {
            id: WalletId::new("00").unwrap(),
            name: WalletName::new("w").unwrap(),
            password: &password(),
            master_derivation_key: None,
        })
        .unwrap();
        let wallet = open(&made).unwrap();
        wallet.generate_key().unwrap();
        wallet.import_key(&Seed::from_slice(&[7; 32]).unwrap()).unwrap();
        let members = vec![PublicKey::from_bytes([1; 32]), PublicKey::from_bytes([2; 32])];
        wallet
            .import_multisig(&MultisigPreimage::new(1, 1, members).unwrap())
            .unwrap();
        let keys = wallet.list_keys().unwrap().into_iter().collect();
        let multisigs = wallet.list_multisig().unwrap().into_iter().collect();
        drop(wallet);
        let path = folder.path().join("w.00.db");
        let bytes = in_small_pages(&path);
        fs::remove_file(path).unwrap();
        Self {
            bytes,
            keys,
            multisigs,
            folder,
        }
    }

    fn check(&self, bytes: &[u8], place: &str) {
        let checked = catch_unwind(AssertUnwindSafe(|| self.check_damaged(bytes)));
        assert!(checked.is_ok(), "{place}");
    }

    fn check_damaged(&self, bytes: &[u8]) {
        let path = self.folder.path().join("w.00.db");
        fs::write(&path, bytes).unwrap();
        let skipped: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let told = Arc::clone(&skipped);
        let damaged = driver(
            self.folder.path(),
            Box::new(move |path, _| told.lock().unwrap().push(path.to_owned())),
        );
        let listed = damaged.list().unwrap();
        // Whoever looks for the wallet is told that its file was skipped.
        assert_eq!(listed.is_empty(), *skipped.lock().unwrap() == [path.clone()]);
        if let [metadata] = &listed[..] {
            match damaged.open(&metadata.id).and_then(|found| found.unlock(&password())) {
                Ok(wallet) => self.check_open(&*wallet, &path),
                Err(error) => names(&error, &path),
            }
        }
        fs::remove_file(&path).unwrap();
        let _ = fs::remove_file(self.folder.path().join("w.00.db-journal"));
    }

    /// Whatever opened has only keys that it had, or says that they are damaged.
    fn check_open(&self, wallet: &dyn Wallet, path: &Path) {
        let listed = match wallet.list_keys() {
            Ok(listed) => listed,
            Err(error) => return names(&error, path),
        };
        let mut good = BTreeSet::new();
        for address in &listed {
            match wallet.sign(&password(), PublicKey::from(*address), MESSAGE) {
                Ok(signature) => {
                    let key = VerifyingKey::from_bytes(address.as_bytes()).unwrap();
                    let signature = Signature::from_bytes(signature.as_bytes());
                    key.verify_strict(MESSAGE, &signature).expect("a wrong key signed");
                    good.insert(*address);
                }
                Err(error) => names(&error, path),
            }
        }
        assert!(good.is_subset(&self.keys), "keys that it never had");
        for address in wallet.list_multisig().unwrap_or_default() {
            if let Ok(preimage) = wallet.export_multisig(&address) {
                assert_eq!(preimage.address(), address);
                assert!(self.multisigs.contains(&address), "a multisig that it never had");
            }
        }
        // What is damaged takes no more keys, or keeps what it takes.
        if let Ok(added) = wallet.generate_key() {
            assert!(wallet.sign(&password(), PublicKey::from(added), MESSAGE).is_ok());
            for address in &good {
                let signed = wallet.sign(&password(), PublicKey::from(*address), MESSAGE);
                assert!(signed.is_ok(), "a key was lost by adding one");
            }
        }
    }
}

/// An error of the file says which one it is; others say what is wrong with the key or the password.
fn names(error: &Error, path: &Path) {
    match error {
        Error::Database { path: named, .. } | Error::Connect { path: named, .. } => assert_eq!(named, path),
        other => assert!(
            matches!(
                other,
                Error::WrongPassword
                    | Error::Damaged(_)
                    | Error::WrongType
                    | Error::KeyNotFound
                    | Error::KeyMismatch(_)
                    | Error::Kdf(_)
            ),
            "{other:?}"
        ),
    }
}

fn password() -> Password {
    Password::new(b"")
}

fn open(driver: &SqliteDriver) -> kmd_wallet::Result<Arc<dyn Wallet>> {
    driver.open(&WalletId::new("00").unwrap())?.unlock(&password())
}

fn driver(folder: &Path, on_skipped: kmd_driver_sqlite::OnSkipped) -> SqliteDriver {
    SqliteDriver::new(SqliteSettings {
        folder: folder.to_owned(),
        backups: folder.join("backups"),
        params: cheap_params(),
        kdf: kdf(),
        random: Arc::new(TestRandom::default()),
        on_skipped,
        now: SystemTime::now,
    })
    .unwrap()
}

/// The same database in pages of 512 bytes: fewer bytes to damage, and more of them decide something.
fn in_small_pages(path: &Path) -> Vec<u8> {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA page_size = 512; VACUUM;").unwrap();
    drop(connection);
    fs::read(path).unwrap()
}
