//! The wallets that the reference wrote: each opens, lists, exports, signs and takes a new key, and what was in its
//! file before is in it afterwards, byte for byte.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use rusqlite::types::Value as Cell;
use serde_json::{Value, json};
use std::path::Path;
use support::{
    algorand::{base64, check_signed, derived_seed, payment, public_key, unbase64},
    api::{Api, string},
    daemon::{Home, cheap},
    golden::{self, Wallet},
    sqlite::{Row, rows},
};

#[test]
fn all_are_listed_in_the_order_of_their_files() {
    let home = Home::cheap();
    let mut wallets = golden::wallets();
    for wallet in &wallets {
        wallet.copy_to(&home.make_wallets());
    }
    wallets.sort_by_key(Wallet::file_name);
    let expected: Vec<Value> = wallets
        .iter()
        .map(|wallet| {
            json!({
                "driver_name": "sqlite",
                "driver_version": 1,
                "id": wallet.id(),
                "mnemonic_ux": false,
                "name": wallet.name(),
                "supported_txs": ["pay", "keyreg"],
            })
        })
        .collect();

    assert_eq!(home.start().api().wallets(), expected);
}

#[test]
fn the_folder_is_the_configured_one() {
    let folder = Home::empty();
    let wallet = golden::wallet("plain");
    wallet.copy_to(&folder.path);
    let mut config = cheap();
    config["drivers"]["sqlite"]["wallets_dir"] = folder.path.to_str().into();
    let home = Home::with(&config);
    golden::wallet("deleted").copy_to(&home.make_wallets());

    let daemon = home.start();
    let mut api = daemon.api();

    assert_eq!(api.wallet_ids(), [wallet.id()]);
    let handle = api.open(wallet.id(), &wallet.password());
    assert_eq!(api.keys(&handle), wallet.addresses());
}

macro_rules! each_wallet {
    ($($test:ident: $wallet:literal,)*) => {
        const NAMES: &[&str] = &[$($wallet),*];
        $(
            #[test]
            fn $test() {
                exercise(&golden::wallet($wallet));
            }
        )*
    };
}

each_wallet! {
    default_kdf: "default parameters",
    three_derived_keys: "plain",
    no_key: "empty",
    blank_name: "29a5a24c259a0f59afa97bbde12ab139",
    blank_password: "no password",
    unicode: "日本語 / ../ \"x\" 🔑",
    longest_name: "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
    renamed: "after rename",
    a_key_deleted: "deleted",
    no_derived_key: "imports only",
    multisig: "multisig",
    thousand_keys: "thousand keys",
    escaped_emoji: "escaped emoji",
    odd_kdf: "r8",
    strong_kdf: "strong",
}

#[test]
fn every_golden_wallet_has_a_test() {
    let mut known: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut recorded: Vec<String> = golden::wallets()
        .iter()
        .map(|wallet| wallet.name().to_owned())
        .collect();
    known.sort();
    recorded.sort();
    assert_eq!(known, recorded);
}

/// The reference keys a wallet to U+FFFD where a client spelled an emoji as an escape: the spelling that made the wallet
/// opens it, for all that needs the password.
#[test]
fn a_password_spelled_as_an_escape_works_everywhere() {
    let wallet = golden::wallet("escaped emoji");
    let escaped = wallet.password_as_escape().unwrap();
    let home = Home::cheap();
    wallet.copy_to(&home.make_wallets());
    let daemon = home.start();
    let mut api = daemon.api();
    let init = |api: &mut Api, password: &str| {
        let id = wallet.id();
        let body = format!(r#"{{"wallet_id":"{id}","wallet_password":"{password}"}}"#);
        api.call("POST", "/v1/wallet/init", &body)
    };

    // Neither the spelling that made the wallet nor what the reference made of it.
    let in_utf8 = init(&mut api, "key 🔑");
    assert_eq!(
        (in_utf8.status, in_utf8.message()),
        (401, "error decrypting. wrong password?".to_owned())
    );
    assert_eq!(init(&mut api, &wallet.password()).status, 200);
    let opened = init(&mut api, escaped);
    assert_eq!(opened.status, 200, "{}", opened.text());

    let handle = string(&opened.json()["wallet_handle_token"]);
    let address = api.generate(&handle);
    let transaction = base64(&payment(&public_key(&address)));
    let of_address = format!(r#","address":"{address}""#);
    let of_transaction = format!(r#","transaction":"{transaction}""#);
    for (method, path, fields) in [
        ("POST", "/v1/master-key/export", ""),
        ("POST", "/v1/key/export", &of_address),
        ("POST", "/v1/transaction/sign", &of_transaction),
        ("DELETE", "/v1/key", &of_address),
    ] {
        let body = format!(r#"{{"wallet_handle_token":"{handle}","wallet_password":"{escaped}"{fields}}}"#);
        let reply = api.call(method, path, &body);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    }
    let id = wallet.id();
    let body = format!(r#"{{"wallet_id":"{id}","wallet_name":"new","wallet_password":"{escaped}"}}"#);
    let renamed = api.call("POST", "/v1/wallet/rename", &body);
    assert_eq!(renamed.status, 200, "{}", renamed.text());
}

fn exercise(wallet: &Wallet) {
    let home = Home::cheap();
    let copy = wallet.copy_to(&home.make_wallets());
    let before = Contents::read(&wallet.path());
    let daemon = home.start();
    let mut api = daemon.api();

    let handle = api.open(wallet.id(), &wallet.password());
    assert_eq!(api.keys(&handle), wallet.addresses());
    let mut checked = Opened {
        api: &mut api,
        wallet,
        handle,
    };
    checked.refuses_another_password();
    let master_key = checked.exports();
    checked.exports_multisigs();
    let new = checked.generates(&master_key, before.next_index());
    checked.signs(&new);
    if let Some(first) = wallet.addresses().first() {
        checked.signs(first);
    }
    assert_eq!(daemon.stop().code, Some(0));

    before.check_kept(&Contents::read(&copy), &public_key(&new));
}

/// A golden wallet with an open handle.
struct Opened<'a> {
    api: &'a mut Api,
    wallet: &'a Wallet,
    handle: String,
}

impl Opened<'_> {
    fn with_password(&self, mut body: Value) -> Value {
        body["wallet_handle_token"] = self.handle.as_str().into();
        body["wallet_password"] = self.wallet.password().into();
        body
    }

    fn refuses_another_password(&mut self) {
        let body = json!({"wallet_id": self.wallet.id(), "wallet_password": "another"});
        let refused = self.api.post("/v1/wallet/init", &body);
        assert_eq!(
            (refused.status, refused.message()),
            (401, "error decrypting. wrong password?".to_owned())
        );
    }

    /// Exports all that there is; gives the master derivation key.
    fn exports(&mut self) -> Vec<u8> {
        let body = self.with_password(json!({}));
        let answer = self.api.ok("/v1/master-key/export", &body);
        let master_key = string(&answer["master_derivation_key"]);
        if let Some(recorded) = self.wallet.master_derivation_key() {
            assert_eq!(answer, json!({"master_derivation_key": recorded}));
        }
        for (address, private_key) in self.wallet.private_keys() {
            let body = self.with_password(json!({"address": address}));
            assert_eq!(
                self.api.ok("/v1/key/export", &body),
                json!({"private_key": private_key})
            );
        }
        unbase64(&master_key)
    }

    fn exports_multisigs(&mut self) {
        let mut addresses: Vec<&str> = Vec::new();
        for (address, preimage) in self.wallet.multisigs() {
            let body = json!({"wallet_handle_token": self.handle, "address": address});
            assert_eq!(&self.api.ok("/v1/multisig/export", &body), preimage, "{address}");
            addresses.push(address);
        }
        addresses.sort_by_key(|address| public_key(address));
        assert_eq!(self.api.multisigs(&self.handle), addresses);
    }

    /// Generates a key, which must be the derived key of this index.
    fn generates(&mut self, master_key: &[u8], index: u64) -> String {
        let address = self.api.generate(&self.handle);
        let mut expected = self.wallet.addresses();
        assert!(!expected.contains(&address), "{address} is not new");
        assert_ne!(Some(address.as_str()), self.wallet.deleted_address());

        let body = self.with_password(json!({"address": address}));
        let exported = self.api.ok("/v1/key/export", &body);
        let seed = derived_seed(master_key, index);
        assert_eq!(
            unbase64(&string(&exported["private_key"])),
            [seed, public_key(&address)].concat()
        );

        expected.push(address.clone());
        expected.sort_by_key(|address| public_key(address));
        assert_eq!(self.api.keys(&self.handle), expected);
        address
    }

    fn signs(&mut self, address: &str) {
        let key = public_key(address);
        let transaction = payment(&key);
        let body = self.with_password(json!({"transaction": base64(&transaction)}));
        let answer = self.api.ok("/v1/transaction/sign", &body);
        check_signed(&unbase64(&string(&answer["signed_transaction"])), &transaction, &key);
    }
}

/// All rows of a wallet file, with the types that they are stored as.
struct Contents {
    schema: Vec<Row>,
    metadata: Vec<Row>,
    highest_index: Vec<Row>,
    keys: Vec<Row>,
    multisigs: Vec<Row>,
}

impl Contents {
    fn read(path: &Path) -> Self {
        Self {
            schema: rows(
                path,
                "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name",
            ),
            metadata: rows(
                path,
                "SELECT driver_name, driver_version, wallet_id, wallet_name, mep_encrypted, mdk_encrypted FROM metadata",
            ),
            highest_index: rows(path, "SELECT max_key_idx_encrypted FROM metadata"),
            keys: rows(
                path,
                "SELECT address, secret_key_encrypted, key_idx FROM keys ORDER BY address",
            ),
            multisigs: rows(
                path,
                "SELECT address, version, threshold, pks FROM msig_addrs ORDER BY address",
            ),
        }
    }

    fn next_index(&self) -> u64 {
        let highest = self.keys.iter().filter_map(index).max().unwrap_or(0);
        u64::try_from(highest).unwrap() + 1
    }

    /// Checks that nothing differs but one new key, and the count of keys with it.
    fn check_kept(&self, after: &Self, new: &[u8; 32]) {
        assert_eq!(self.schema, after.schema);
        assert_eq!(self.metadata, after.metadata);
        assert_eq!(self.multisigs, after.multisigs);
        assert_ne!(self.highest_index, after.highest_index);

        let (added, kept): (Vec<&Row>, Vec<&Row>) =
            after.keys.iter().partition(|row| row[0] == Cell::Blob(new.to_vec()));
        assert_eq!(self.keys.iter().collect::<Vec<_>>(), kept);
        assert_eq!(added.len(), 1);
        assert_eq!(index(added[0]), i64::try_from(self.next_index()).ok());
    }
}

fn index(row: &Row) -> Option<i64> {
    match row[2] {
        Cell::Integer(index) => Some(index),
        Cell::Null => None,
        ref other => panic!("an index that is {other:?}"),
    }
}
