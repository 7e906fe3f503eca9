//! Many orders in which the threads of a wallet may run, chosen by a checker: no key is given twice, no deleted key
//! signs, nobody waits for ever.
//!
//! Run with `--features model`. With `--features mutant` the cache gives its lock up where it must not, with
//! `--features mutant-commit` whoever leads a commit does, and the test passes when the checker notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]
#![cfg_attr(
    any(feature = "mutant", feature = "mutant-commit"),
    allow(dead_code, reason = "each mutant is looked for in one of the models")
)]

use std::sync::Arc;

use kmd_algorand::{Address, PublicKey};
use kmd_crypto::Password;
use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
use kmd_wallet::memory::MemoryDriver;
use kmd_wallet::{Driver, NewWallet, Wallet, WalletId, WalletName};
use shuttle::thread;

const RUNS: usize = 1_000;
/// How many times at most the checker takes the thread that runs off its turn where it hurts.
const DEPTH: usize = 4;

/// A wallet, opened as often as is asked for.
fn opened<const N: usize>() -> [Arc<dyn Wallet>; N] {
    let driver = MemoryDriver::new(cheap_params(), kdf(), Arc::new(TestRandom::default()));
    let id = WalletId::new("00").unwrap();
    driver
        .create(NewWallet {
            id: id.clone(),
            name: WalletName::new("w").unwrap(),
            password: &password(),
            master_derivation_key: None,
        })
        .unwrap();
    std::array::from_fn(|_| driver.open(&id).unwrap().unlock(&password()).unwrap())
}

fn password() -> Password {
    Password::new(b"")
}

fn signs(wallet: &dyn Wallet, address: Address) -> bool {
    wallet.sign(&password(), PublicKey::from(address), b"message").is_ok()
}

/// One deletes a key that the others use and change the wallet beside.
fn a_deleted_key_is_used(wallets: [Arc<dyn Wallet>; 2]) {
    let [mine, other] = wallets;
    let address = mine.generate_key().unwrap();
    let signers = [&mine, &other].map(|wallet| {
        let wallet = Arc::clone(wallet);
        thread::spawn(move || {
            for _ in 0..2 {
                signs(&*wallet, address);
            }
        })
    });
    let adder = thread::spawn({
        let wallet = Arc::clone(&mine);
        move || wallet.generate_key().unwrap()
    });
    mine.delete_key(&password(), &address).unwrap();
    assert!(!signs(&*mine, address), "a deleted key signed");
    assert!(!signs(&*other, address), "a deleted key signed through another opening");
    for signer in signers {
        signer.join().unwrap();
    }
    assert!(
        signs(&*mine, adder.join().unwrap()),
        "a key that was generated beside is gone"
    );
}

#[test]
#[cfg(not(any(feature = "mutant", feature = "mutant-commit")))]
fn a_deleted_key_never_signs() {
    shuttle::check_pct(|| a_deleted_key_is_used(opened()), RUNS, DEPTH);
    shuttle::check_random(|| a_deleted_key_is_used(opened()), RUNS);
}

#[test]
#[cfg(feature = "mutant")]
fn a_lock_that_is_split_is_found() {
    let checked = std::panic::catch_unwind(|| {
        shuttle::check_pct(|| a_deleted_key_is_used(opened()), 20 * RUNS, DEPTH);
    });
    assert!(checked.is_err(), "the checker missed it");
}

/// Three generate at once; each waits for whoever commits for it.
fn keys_are_generated_at_once() {
    let [wallet] = opened::<1>();
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let wallet = Arc::clone(&wallet);
            thread::spawn(move || wallet.generate_key().unwrap())
        })
        .collect();
    let mut made: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    made.sort_unstable();
    assert_eq!(wallet.list_keys().unwrap(), made);
}

#[test]
#[cfg(not(any(feature = "mutant", feature = "mutant-commit")))]
fn keys_generated_at_once_are_different_keys() {
    shuttle::check_pct(keys_are_generated_at_once, RUNS, DEPTH);
    shuttle::check_random(keys_are_generated_at_once, RUNS);
}

#[test]
#[cfg(feature = "mutant-commit")]
fn somebody_who_is_forgotten_is_found() {
    let checked = std::panic::catch_unwind(|| shuttle::check_pct(keys_are_generated_at_once, 20 * RUNS, DEPTH));
    assert!(checked.is_err(), "the checker missed it");
}
