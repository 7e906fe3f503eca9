//! A whole wallet file, as it may be dropped into the folder.

use std::sync::Arc;
use std::time::SystemTime;

use ed25519_dalek::{Signature, VerifyingKey};
use kmd_algorand::{Address, PublicKey};
use kmd_crypto::Password;
use kmd_driver_sqlite::{SqliteDriver, SqliteSettings};
use kmd_wallet::contract::{TestRandom, cheap_params};
use kmd_wallet::{Driver, Wallet};

use crate::crypto::KDF;

/// Keys that are tried in each wallet; a large file would only be slow.
const TRIED: usize = 4;

/// A file in the wallets folder: whatever lies in it, no wrong key signs.
pub fn wallet_file(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w.db"), bytes).unwrap();
    let driver = SqliteDriver::new(SqliteSettings {
        folder: folder.path().to_owned(),
        backups: folder.path().join("backups"),
        params: cheap_params(),
        kdf: Arc::clone(&KDF),
        random: Arc::new(TestRandom::default()),
        on_skipped: Box::new(|_, _| ()),
        now: SystemTime::now,
    });
    let driver = driver.unwrap();
    let password = Password::new(b"");
    for listed in driver.list().unwrap() {
        let opened = driver.open(&listed.id).and_then(|found| found.unlock(&password));
        if let Ok(wallet) = opened {
            use_keys(&*wallet, &password);
            use_multisigs(&*wallet);
            change(&*wallet, &password);
        }
    }
}

fn use_keys(wallet: &dyn Wallet, password: &Password) {
    for address in wallet.list_keys().unwrap_or_default().iter().take(TRIED) {
        signs_as_itself(wallet, password, address);
        if let Ok(exported) = wallet.export_key(password, address) {
            assert_eq!(exported.expose()[32..], address.as_bytes()[..]);
        }
    }
}

/// A signature is of the key that was asked for, or there is none.
fn signs_as_itself(wallet: &dyn Wallet, password: &Password, address: &Address) {
    let message = b"message";
    if let Ok(signature) = wallet.sign(password, PublicKey::from(*address), message) {
        let key = VerifyingKey::from_bytes(address.as_bytes()).expect("a key that signs is on the curve");
        let signature = Signature::from_bytes(signature.as_bytes());
        key.verify_strict(message, &signature).expect("a wrong key signed");
    }
}

fn use_multisigs(wallet: &dyn Wallet) {
    for address in wallet.list_multisig().unwrap_or_default().iter().take(TRIED) {
        if let Ok(preimage) = wallet.export_multisig(address) {
            assert_eq!(preimage.address(), *address);
        }
    }
}

/// A key that is acknowledged is there, and one that is deleted is not.
fn change(wallet: &dyn Wallet, password: &Password) {
    let Ok(address) = wallet.generate_key() else {
        return;
    };
    assert!(wallet.sign(password, PublicKey::from(address), b"message").is_ok());
    signs_as_itself(wallet, password, &address);
    if wallet.delete_key(password, &address).is_ok() {
        assert!(wallet.sign(password, PublicKey::from(address), b"message").is_err());
    }
}
