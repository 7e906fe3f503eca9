//! A data directory with one wallet in it, and what must be true of it whatever happens.

use crate::support::{
    api::{Api, creation, string},
    daemon::{Daemon, Home, names},
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

pub const PASSWORD: &str = "correct horse";

/// What was acknowledged before anything went wrong.
pub struct Scene {
    home: Home,
    pub wallet: String,
    pub master_key: String,
    /// Private keys by address: two generated ones, and an imported one.
    pub keys: BTreeMap<String, String>,
    pub multisig: String,
    /// The key that is deleted, where one is.
    pub victim: String,
}

impl Scene {
    pub fn new() -> Self {
        let home = Home::cheap();
        let daemon = home.start();
        let mut api = daemon.api();
        let wallet = api.create("wallet", PASSWORD);
        let handle = api.open(&wallet, PASSWORD);
        let victim = api.generate(&handle);
        api.generate(&handle);
        let body = json!({"wallet_handle_token": handle, "private_key": vec![7; 32]});
        api.ok("/v1/key/import", &body);
        let members = [vec![1; 32], vec![2; 32]];
        let body = json!({"wallet_handle_token": handle, "multisig_version": 1, "threshold": 1, "pks": members});
        let multisig = string(&api.ok("/v1/multisig/import", &body)["address"]);
        let keys = api.keys(&handle);
        let keys = keys.iter().map(|key| (key.clone(), export(&mut api, &handle, key)));
        let keys = keys.collect();
        let master_key = export_master_key(&mut api, &handle);
        daemon.stop();
        Self {
            home,
            wallet,
            master_key,
            keys,
            multisig,
            victim,
        }
    }

    /// The same directory once more.
    pub fn copy(&self) -> Home {
        let copy = Home::cheap();
        let folder = copy.make_wallets();
        for file in self.home.wallet_files() {
            fs::copy(self.home.wallets().join(&file), folder.join(&file)).unwrap();
        }
        copy
    }

    /// Checks that the wallet has all that it had, but for a key that may be gone. Gives the addresses of its keys.
    /// A multisig that is new must be there as well.
    pub fn check(&self, api: &mut Api, may_lack: Option<&str>, multisig: Option<String>) -> BTreeSet<String> {
        let handle = api.open(&self.wallet, PASSWORD);
        assert_eq!(export_master_key(api, &handle), self.master_key);
        let multisigs = api.multisigs(&handle);
        for expected in std::iter::once(&self.multisig).chain(&multisig) {
            assert!(multisigs.contains(expected), "lost");
        }
        let listed: BTreeSet<String> = api.keys(&handle).into_iter().collect();
        for (address, private_key) in &self.keys {
            if listed.contains(address) {
                assert_eq!(export(api, &handle, address), *private_key);
            } else {
                assert_eq!(Some(address.as_str()), may_lack, "lost");
            }
        }
        listed
    }

    /// What is in the wallet's file.
    pub fn wallet_file(&self) -> Vec<u8> {
        fs::read(self.home.wallets().join(&self.home.wallet_files()[0])).unwrap()
    }

    /// Checks that the folder holds the files of the listed wallets, and nothing else.
    pub fn check_nothing_is_left(&self, daemon: &Daemon) {
        let names = names(&daemon.home.wallets());
        let wallets = daemon.api().wallets();
        assert_eq!(names.len(), wallets.len(), "{names:?} are {wallets:?}");
    }
}

/// Checks that a wallet is whole: it opens, shows its master key, and makes a key.
pub fn check_whole(api: &mut Api, wallet: &str) {
    let handle = api.open(wallet, PASSWORD);
    export_master_key(api, &handle);
    let before = api.keys(&handle);
    let new = api.generate(&handle);
    assert!(!before.contains(&new), "{new} again");
}

/// Creates a wallet where there is none of this name yet.
pub fn create_unless_there(api: &mut Api, name: &str) -> String {
    let reply = api.post("/v1/wallet", &creation(name, PASSWORD));
    if reply.status == 200 {
        return string(&reply.json()["wallet"]["id"]);
    }
    assert_eq!(reply.message(), "wallet with same name already exists");
    let wallets = api.wallets();
    let there = wallets.iter().find(|wallet| wallet["name"] == name).unwrap();
    string(&there["id"])
}

fn export(api: &mut Api, handle: &str, address: &str) -> String {
    let body = json!({"wallet_handle_token": handle, "address": address, "wallet_password": PASSWORD});
    string(&api.ok("/v1/key/export", &body)["private_key"])
}

fn export_master_key(api: &mut Api, handle: &str) -> String {
    let body = json!({"wallet_handle_token": handle, "wallet_password": PASSWORD});
    string(&api.ok("/v1/master-key/export", &body)["master_derivation_key"])
}
