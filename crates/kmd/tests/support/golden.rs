//! The golden data.

use super::algorand::unbase64;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden");

pub fn path(name: &str) -> PathBuf {
    Path::new(GOLDEN).join(name)
}

pub fn text(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A wallet that the reference wrote.
pub struct Wallet(Value);

/// All of them.
pub fn wallets() -> Vec<Wallet> {
    let manifest = json("wallets/manifest.json");
    manifest.as_array().unwrap().iter().cloned().map(Wallet).collect()
}

/// The one of this name.
pub fn wallet(name: &str) -> Wallet {
    wallets()
        .into_iter()
        .find(|wallet| wallet.name() == name)
        .unwrap_or_else(|| panic!("no golden wallet {name}"))
}

impl Wallet {
    pub fn id(&self) -> &str {
        self.0["wallet_id"].as_str().unwrap()
    }

    pub fn name(&self) -> &str {
        self.0["wallet_name"].as_str().unwrap()
    }

    /// The password that the file is keyed to.
    pub fn password(&self) -> String {
        String::from_utf8(unbase64(self.0["password_utf8_base64"].as_str().unwrap())).unwrap()
    }

    /// The inside of the JSON string that the password was created with, where that is another one.
    pub fn password_as_escape(&self) -> Option<&str> {
        self.0["password_sent_as_json_escape"].as_str()
    }

    /// Of one wallet it was not recorded.
    pub fn master_derivation_key(&self) -> Option<&str> {
        self.0["master_derivation_key"].as_str()
    }

    pub fn addresses(&self) -> Vec<String> {
        let list = self.0["addresses_in_list_order"].as_array();
        list.into_iter()
            .flatten()
            .map(|address| address.as_str().unwrap().to_owned())
            .collect()
    }

    pub fn private_keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let keys = self.0["private_keys"].as_object().into_iter().flatten();
        keys.map(|(address, key)| (address.as_str(), key.as_str().unwrap()))
    }

    /// Address and what its export answers.
    pub fn multisigs(&self) -> impl Iterator<Item = (&str, &Value)> {
        let multisigs = self.0["multisig"].as_object().into_iter().flatten();
        multisigs.map(|(address, preimage)| (address.as_str(), preimage))
    }

    pub fn deleted_address(&self) -> Option<&str> {
        self.0["deleted_address"].as_str()
    }

    pub fn path(&self) -> PathBuf {
        path("wallets").join(self.0["file"].as_str().unwrap())
    }

    pub fn file_name(&self) -> String {
        self.path().file_name().unwrap().to_str().unwrap().to_owned()
    }

    /// Puts a copy into a wallets folder.
    pub fn copy_to(&self, folder: &Path) -> PathBuf {
        let copy = folder.join(self.file_name());
        fs::copy(self.path(), &copy).unwrap();
        copy
    }
}
