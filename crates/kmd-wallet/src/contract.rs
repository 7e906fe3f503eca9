//! What every driver of software wallets must do, as tests. A driver stamps
//! them into its own tests with [`contract_tests!`](crate::contract_tests),
//! giving a function that makes an empty driver.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: each function's name says what must hold"
)]

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kmd_algorand::{Address, MultisigPreimage, PublicKey};
use kmd_crypto::{
    KdfError, KdfFloor, KdfLimits, KdfParams, MasterDerivationKey, Password, PasswordKdf, PasswordKdfSettings, Random,
    RandomError, Seed, SigningKey, derive_seed,
};

use crate::{Driver, Error, NewPassword, NewWallet, Wallet, WalletId, WalletName};

/// Cheap parameters: what is tested here is not the KDF.
pub fn cheap_params() -> KdfParams {
    KdfParams::new(2, 1, 1).unwrap()
}

/// A KDF for tests.
pub fn kdf() -> Arc<PasswordKdf> {
    let one = NonZeroUsize::MIN;
    Arc::new(PasswordKdf::new(PasswordKdfSettings {
        limits: KdfLimits::default(),
        floor: KdfFloor::NONE,
        parallel: one.saturating_add(7),
        queue: 64,
        threads: one,
    }))
}

/// Bytes that never repeat and are no secret.
#[derive(Default)]
pub struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            chunk.copy_from_slice(&number.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Stamps the contract into the tests of a driver.
#[macro_export]
macro_rules! contract_tests {
    ($make:expr; $($name:ident)*) => {
        $(#[test] fn $name() { let made = $make; $crate::contract::$name(made.driver()); })*
    };
    ($make:expr) => {
        $crate::contract_tests! { $make;
            starts_empty
            a_created_wallet_is_listed_and_opens
            names_and_ids_are_unique
            only_the_password_opens
            a_password_may_be_blank_and_may_have_two_readings
            generated_keys_follow_from_the_master_derivation_key
            a_deleted_index_is_not_used_again
            an_imported_key_is_skipped
            keys_are_listed_in_order
            importing_twice_is_refused
            the_zero_key_is_refused
            exported_keys_sign_like_the_wallet
            many_signatures_are_as_single_ones
            secrets_need_the_password
            deleting_is_idempotent
            multisigs_come_back_as_they_went_in
            renaming_keeps_everything_else
            parallel_generation_loses_and_repeats_nothing
            two_openings_see_each_others_changes
            a_changed_password_changes_nothing_else
            a_password_is_not_changed_by_halves
            a_sound_wallet_is_found_sound
        }
    };
}

const PASSWORD: &[u8] = b"correct horse";

fn password() -> Password {
    Password::new(PASSWORD)
}

fn id(number: u8) -> WalletId {
    WalletId::from_random([number; 16])
}

fn name(text: &str) -> WalletName {
    WalletName::new(text).unwrap()
}

fn master_derivation_key() -> MasterDerivationKey {
    MasterDerivationKey::from_fn(|key| key.fill(5))
}

fn create(driver: &dyn Driver, number: u8, called: &str) -> Result<(), Error> {
    driver.create(NewWallet {
        id: id(number),
        name: name(called),
        password: &password(),
        master_derivation_key: Some(master_derivation_key()),
    })
}

fn open(driver: &dyn Driver, number: u8) -> Arc<dyn Wallet> {
    driver.open(&id(number)).unwrap().unlock(&password()).unwrap()
}

fn opened(driver: &dyn Driver) -> Arc<dyn Wallet> {
    create(driver, 1, "one").unwrap();
    open(driver, 1)
}

fn derived(index: u64) -> Address {
    address(&derive_seed(&master_derivation_key(), index))
}

fn address(seed: &Seed) -> Address {
    Address::from_bytes(SigningKey::from_seed(seed).public_key())
}

fn seed(byte: u8) -> Seed {
    Seed::from_fn(|seed| seed.fill(byte))
}

#[track_caller]
fn refused<T>(result: Result<T, Error>, expected: &str) {
    match result {
        Ok(_) => panic!("not refused with {expected}"),
        Err(error) => assert!(
            format!("{error:?}").starts_with(expected),
            "{error:?} instead of {expected}"
        ),
    }
}

pub fn starts_empty(driver: &dyn Driver) {
    assert!(driver.list().unwrap().is_empty());
    refused(driver.open(&id(1)).map(drop), "WalletNotFound");
}

pub fn a_created_wallet_is_listed_and_opens(driver: &dyn Driver) {
    let wallet = opened(driver);
    create(driver, 2, "two").unwrap();
    let listed: HashSet<_> = driver
        .list()
        .unwrap()
        .into_iter()
        .map(|wallet| (wallet.id, wallet.name.as_str().to_owned()))
        .collect();
    assert_eq!(
        listed,
        HashSet::from([(id(1), "one".to_owned()), (id(2), "two".to_owned())])
    );
    assert_eq!(
        driver.open(&id(1)).unwrap().metadata().unwrap(),
        wallet.metadata().unwrap()
    );
    assert!(wallet.list_keys().unwrap().is_empty());
    assert!(wallet.list_multisig().unwrap().is_empty());
}

pub fn names_and_ids_are_unique(driver: &dyn Driver) {
    create(driver, 1, "one").unwrap();
    refused(create(driver, 2, "one"), "NameTaken");
    refused(create(driver, 1, "two"), "IdTaken");
    assert_eq!(driver.list().unwrap().len(), 1);
}

pub fn only_the_password_opens(driver: &dyn Driver) {
    create(driver, 1, "one").unwrap();
    for wrong in [&b"correct horse "[..], b"", b"Correct horse"] {
        refused(
            driver.open(&id(1)).unwrap().unlock(&Password::new(wrong)).map(drop),
            "WrongPassword",
        );
    }
    open(driver, 1).check_password(&password()).unwrap();
    refused(open(driver, 1).check_password(&Password::new(b"no")), "WrongPassword");
}

pub fn a_password_may_be_blank_and_may_have_two_readings(driver: &dyn Driver) {
    for (number, stored) in [(1, &b""[..]), (2, b"key \xef\xbf\xbd")] {
        driver
            .create(NewWallet {
                id: id(number),
                name: WalletName::from(id(number)),
                password: &Password::new(stored),
                master_derivation_key: None,
            })
            .unwrap();
    }
    driver.open(&id(1)).unwrap().unlock(&Password::new(b"")).unwrap();
    let two_readings = || Password::new("key 🔑".as_bytes()).or(Some(b"key \xef\xbf\xbd"));
    let wallet = driver.open(&id(2)).unwrap().unlock(&two_readings()).unwrap();
    wallet.check_password(&two_readings()).unwrap();
    refused(
        wallet.check_password(&Password::new("key 🔑".as_bytes())),
        "WrongPassword",
    );
}

pub fn generated_keys_follow_from_the_master_derivation_key(driver: &dyn Driver) {
    let wallet = opened(driver);
    let generated: Vec<_> = (0..3).map(|_| wallet.generate_key().unwrap()).collect();
    assert_eq!(generated, [derived(1), derived(2), derived(3)]);
    let exported = wallet.export_master_derivation_key(&password()).unwrap();
    assert_eq!(exported.expose(), master_derivation_key().expose());
}

pub fn a_deleted_index_is_not_used_again(driver: &dyn Driver) {
    let wallet = opened(driver);
    wallet.generate_key().unwrap();
    let last = wallet.generate_key().unwrap();
    wallet.delete_key(&password(), &last).unwrap();
    assert_eq!(wallet.generate_key().unwrap(), derived(3));
}

pub fn an_imported_key_is_skipped(driver: &dyn Driver) {
    let wallet = opened(driver);
    for index in [1, 2, 4] {
        wallet
            .import_key(&derive_seed(&master_derivation_key(), index))
            .unwrap();
    }
    assert_eq!(wallet.generate_key().unwrap(), derived(3));
    assert_eq!(wallet.generate_key().unwrap(), derived(5));
}

pub fn keys_are_listed_in_order(driver: &dyn Driver) {
    let wallet = opened(driver);
    let mut all: Vec<_> = (1..=20).map(|byte| wallet.import_key(&seed(byte)).unwrap()).collect();
    all.sort();
    assert_eq!(wallet.list_keys().unwrap(), all);
}

pub fn importing_twice_is_refused(driver: &dyn Driver) {
    let wallet = opened(driver);
    wallet.import_key(&seed(1)).unwrap();
    refused(wallet.import_key(&seed(1)), "KeyExists");
    wallet.generate_key().unwrap();
    refused(
        wallet.import_key(&derive_seed(&master_derivation_key(), 1)),
        "KeyExists",
    );
    assert_eq!(wallet.list_keys().unwrap().len(), 2);
}

pub fn the_zero_key_is_refused(driver: &dyn Driver) {
    refused(opened(driver).import_key(&seed(0)), "ZeroKey");
}

pub fn exported_keys_sign_like_the_wallet(driver: &dyn Driver) {
    let wallet = opened(driver);
    let generated = wallet.generate_key().unwrap();
    let imported = wallet.import_key(&seed(9)).unwrap();
    for address in [generated, imported] {
        let exported = wallet.export_key(&password(), &address).unwrap();
        assert_eq!(exported.expose()[32..], *address.as_bytes());
        let expected = SigningKey::from_seed(&exported.seed()).sign(b"message");
        // The second time the key comes from the cache.
        for _ in 0..2 {
            let signature = wallet.sign(&password(), PublicKey::from(address), b"message").unwrap();
            assert_eq!(*signature.as_bytes(), expected);
        }
    }
}

pub fn many_signatures_are_as_single_ones(driver: &dyn Driver) {
    let wallet = opened(driver);
    let signers = [0, 1].map(|_| PublicKey::from(wallet.generate_key().unwrap()));
    refused(wallet.signing(&Password::new(b"wrong")).map(drop), "WrongPassword");
    let password = password();
    let sign = wallet.signing(&password).unwrap();
    for signer in signers {
        let alone = wallet.sign(&password, signer, b"message").unwrap();
        assert_eq!(sign(signer, b"message").unwrap(), alone);
    }
    refused(sign(PublicKey::from_bytes([9; 32]), b"message"), "KeyNotFound");
}

pub fn secrets_need_the_password(driver: &dyn Driver) {
    let wallet = opened(driver);
    let address = wallet.generate_key().unwrap();
    let wrong = Password::new(b"wrong");
    refused(wallet.sign(&wrong, PublicKey::from(address), b"m"), "WrongPassword");
    refused(wallet.export_key(&wrong, &address), "WrongPassword");
    refused(wallet.delete_key(&wrong, &address), "WrongPassword");
    refused(wallet.delete_multisig(&wrong, &address), "WrongPassword");
    refused(wallet.export_master_derivation_key(&wrong), "WrongPassword");
    assert_eq!(wallet.list_keys().unwrap(), [address]);
}

pub fn deleting_is_idempotent(driver: &dyn Driver) {
    let wallet = opened(driver);
    let address = wallet.generate_key().unwrap();
    wallet.sign(&password(), PublicKey::from(address), b"m").unwrap();
    for _ in 0..2 {
        wallet.delete_key(&password(), &address).unwrap();
    }
    refused(wallet.sign(&password(), PublicKey::from(address), b"m"), "KeyNotFound");
    refused(wallet.export_key(&password(), &address), "KeyNotFound");
}

pub fn multisigs_come_back_as_they_went_in(driver: &dyn Driver) {
    let wallet = opened(driver);
    let keys: Vec<_> = (1..=255).map(|byte| PublicKey::from_bytes([byte; 32])).collect();
    let mut addresses = Vec::new();
    for (threshold, members) in [(1, 1), (2, 3), (200, 255)] {
        let preimage = MultisigPreimage::new(1, threshold, keys[..members].to_vec()).unwrap();
        let address = wallet.import_multisig(&preimage).unwrap();
        assert_eq!(address, preimage.address());
        refused(wallet.import_multisig(&preimage), "KeyExists");
        let exported = wallet.export_multisig(&address).unwrap();
        assert_eq!((exported.threshold(), exported.keys()), (threshold, &keys[..members]));
        addresses.push(address);
    }
    addresses.sort();
    assert_eq!(wallet.list_multisig().unwrap(), addresses);
    for _ in 0..2 {
        wallet.delete_multisig(&password(), &addresses[0]).unwrap();
    }
    refused(wallet.export_multisig(&addresses[0]), "MultisigNotFound");
    assert_eq!(wallet.list_multisig().unwrap(), addresses[1..]);
}

pub fn renaming_keeps_everything_else(driver: &dyn Driver) {
    let wallet = opened(driver);
    create(driver, 2, "two").unwrap();
    let address = wallet.generate_key().unwrap();
    refused(driver.rename(&id(1), &name("two"), &password()), "NameTaken");
    refused(driver.rename(&id(1), &name("one"), &password()), "NameTaken");
    refused(driver.rename(&id(1), &name(""), &password()), "NameEmpty");
    refused(
        driver.rename(&id(1), &name("new"), &Password::new(b"wrong")),
        "WrongPassword",
    );
    refused(driver.rename(&id(3), &name("new"), &password()), "WalletNotFound");
    driver.rename(&id(1), &name("new"), &password()).unwrap();
    // The open wallet sees its new name, and the old one is free.
    assert_eq!(wallet.metadata().unwrap().name.as_str(), "new");
    create(driver, 3, "one").unwrap();
    assert_eq!(open(driver, 1).list_keys().unwrap(), [address]);
    assert_eq!(wallet.generate_key().unwrap(), derived(2));
}

pub fn parallel_generation_loses_and_repeats_nothing(driver: &dyn Driver) {
    let wallet = opened(driver);
    let generated: Vec<Address> = std::thread::scope(|scope| {
        let generate = || (0..8).map(|_| wallet.generate_key().unwrap()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(generate)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut sorted = generated;
    sorted.sort();
    let mut expected: Vec<_> = (1..=64).map(derived).collect();
    expected.sort();
    assert_eq!(sorted, expected);
    assert_eq!(wallet.list_keys().unwrap(), expected);
}

pub fn two_openings_see_each_others_changes(driver: &dyn Driver) {
    let one = opened(driver);
    let two = open(driver, 1);
    let address = one.generate_key().unwrap();
    two.sign(&password(), PublicKey::from(address), b"m").unwrap();
    assert_eq!(two.generate_key().unwrap(), derived(2));
    one.delete_key(&password(), &address).unwrap();
    // The other had the key in its cache.
    refused(two.sign(&password(), PublicKey::from(address), b"m"), "KeyNotFound");
}

fn new_password(password: &Password) -> NewPassword<'_> {
    NewPassword {
        password,
        n: None,
        r: None,
        p: None,
    }
}

fn change_password(driver: &dyn Driver, number: u8, old: &Password, new: &Password) -> Result<(), Error> {
    driver
        .open(&id(number))
        .unwrap()
        .change_password(old, new_password(new))
}

pub fn a_changed_password_changes_nothing_else(driver: &dyn Driver) {
    let wallet = opened(driver);
    let generated = wallet.generate_key().unwrap();
    let imported = wallet.import_key(&seed(9)).unwrap();
    let preimage = MultisigPreimage::new(1, 1, vec![PublicKey::from(generated)]).unwrap();
    wallet.import_multisig(&preimage).unwrap();
    let metadata = wallet.metadata().unwrap();

    let new = Password::new(b"battery staple");
    change_password(driver, 1, &password(), &new).unwrap();

    // Who has it open knows neither password any more.
    refused(wallet.check_password(&password()), "Replaced");
    refused(wallet.check_password(&new), "Replaced");
    refused(wallet.sign(&password(), PublicKey::from(generated), b"m"), "Replaced");
    refused(wallet.generate_key(), "Replaced");
    let locked = driver.open(&id(1)).unwrap();
    refused(locked.unlock(&password()).map(drop), "WrongPassword");

    let wallet = driver.open(&id(1)).unwrap().unlock(&new).unwrap();
    assert_eq!(wallet.metadata().unwrap(), metadata);
    for address in [generated, imported] {
        wallet.sign(&new, PublicKey::from(address), b"m").unwrap();
    }
    assert_eq!(wallet.export_multisig(&preimage.address()).unwrap(), preimage);
    assert_eq!(wallet.generate_key().unwrap(), derived(2));
    let exported = wallet.export_master_derivation_key(&new).unwrap();
    assert_eq!(exported.expose(), master_derivation_key().expose());
    change_password(driver, 1, &new, &password()).unwrap();
    open(driver, 1);
}

pub fn a_password_is_not_changed_by_halves(driver: &dyn Driver) {
    let wallet = opened(driver);
    let address = wallet.generate_key().unwrap();
    let new = Password::new(b"battery staple");
    refused(change_password(driver, 1, &new, &new), "WrongPassword");
    let costly = |n, r| NewPassword {
        n: Some(n),
        r: Some(r),
        ..new_password(&new)
    };
    for (n, r) in [(1 << 40, 1), (3, 1), (2, 0)] {
        let refused = driver.open(&id(1)).unwrap().change_password(&password(), costly(n, r));
        assert!(matches!(&refused, Err(Error::Kdf(KdfError::Unfit(_)))), "{refused:?}");
    }
    // Found before somebody else changed the password, and acting after it.
    let (late, new) = (driver.open(&id(1)).unwrap(), &new);
    wallet.sign(&password(), PublicKey::from(address), b"m").unwrap();
    change_password(driver, 1, &password(), new).unwrap();
    refused(
        late.change_password(&password(), new_password(&password())),
        "WrongPassword",
    );
    driver.open(&id(1)).unwrap().unlock(new).unwrap();
}

pub fn a_sound_wallet_is_found_sound(driver: &dyn Driver) {
    let wallet = opened(driver);
    let keys: Vec<_> = (0..3).map(|_| wallet.generate_key().unwrap()).collect();
    wallet.delete_key(&password(), &keys[2]).unwrap();
    wallet.import_key(&seed(9)).unwrap();
    let preimage = MultisigPreimage::new(1, 1, vec![PublicKey::from(keys[0])]).unwrap();
    wallet.import_multisig(&preimage).unwrap();
    refused(
        driver.open(&id(1)).unwrap().verify(&Password::new(b"wrong")),
        "WrongPassword",
    );
    let found = driver.open(&id(1)).unwrap().verify(&password()).unwrap();
    assert!(found.is_sound(), "{found:?}");
    assert!(wallet.verify().unwrap().is_sound());
    let counts = (
        found.generated_keys,
        found.imported_keys,
        found.multisigs,
        found.highest_index,
    );
    assert_eq!(counts, (2, 1, 1, Some(3)));
}
