//! Transactions made with py-algorand-sdk, and the keys they were signed with.

use std::fs;
use std::path::Path;

use kmd_client::kmd_algorand::SignedTransaction;
use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD};
use crate::support::algorand::{base64, key_of_label, private_key, unbase64};
use crate::support::api::string;
use crate::support::canary;
use crate::support::golden;

const SIGNED: &str = include_str!("../../../kmd-algorand/tests/data/signed.jsonl");
const EVERY_TYPE: &str = include_str!("data/every_type.base64");

/// Accounts of the vectors, and the labels of their keys.
pub const A: &str = "RBIYPC33EJMULE2FNLNG7Y2YRTKEWB6FS3WQAVFPKSZUX4HTG2WGK3NDUM";
pub const B: &str = "FJSDYPSGR3JNVDBVZRTG6QL4H73KYM2VCWKVFJ2S3M3OTPGAWEF5PQ7HHE";
pub const C: &str = "Z5YPT727HP7EE67USKQ3GREHVUJHZBOMSDYF35RDNNJR7THRDMAAQIZLBI";
const LABELS: [(&str, &str); 3] = [(A, "golden imported key"), (B, "file b"), (C, "file c")];

/// Two of A, B and C.
pub const MULTISIG: &str = "V4FSQ2TFYAGHJ54YBKIFAUPHPFRPVH2OZIO4W4JJGC2D5CREBUEEZXTKKI";
/// The program of the vectors, and its own account.
pub const PROGRAM: [u8; 5] = [1, 32, 1, 1, 34];
pub const PROGRAM_ACCOUNT: &str = "6Z3C3LDVWGMX23BMSYMANACQOSINPFIRF77H7N3AWJZYV6OH6GWTJKVMXY";

/// A vector's bytes.
pub fn vector(name: &str) -> Vec<u8> {
    let lines = SIGNED
        .lines()
        .skip(1)
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = lines.into_iter().find(|vector| vector["name"] == name);
    unbase64(&string(&found.unwrap_or_else(|| panic!("no vector {name}"))["signed"]))
}

pub fn vectors(names: &[&str]) -> Vec<u8> {
    names.iter().flat_map(|name| vector(name)).collect()
}

/// A transaction that algokey signed with a Falcon-1024 key.
pub fn post_quantum() -> Vec<u8> {
    let accounts = fs::read_to_string(golden::path("falcon.jsonl")).unwrap();
    let account: Value = serde_json::from_str(accounts.lines().next().unwrap()).unwrap();
    unbase64(&string(&account["transactions"][0]["signed_transaction"]))
}

/// A file of transactions of every type.
pub fn every_type() -> Vec<u8> {
    EVERY_TYPE.lines().flat_map(unbase64).collect()
}

/// The canonical encoding, which not every vector has.
pub fn canonical(transaction: &[u8]) -> Vec<u8> {
    SignedTransaction::decode(transaction).unwrap().encode()
}

impl Desk {
    /// A file in the data directory; the path of it.
    pub fn file(&self, name: &str, contents: &[u8]) -> String {
        fs::write(self.home().file(name), contents).unwrap();
        self.path(name)
    }

    pub fn path(&self, name: &str) -> String {
        self.home().file(name).display().to_string()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.home().file(name)).unwrap()
    }

    pub fn has(&self, name: &str) -> bool {
        Path::new(&self.path(name)).exists()
    }

    /// A wallet with the keys of these accounts.
    pub fn wallet_of(&self, name: &str, accounts: &[&str]) {
        let mut api = self.daemon.api();
        let id = api.create(name, PASSWORD);
        let handle = api.open(&id, PASSWORD);
        for account in accounts {
            let (_, label) = LABELS.iter().find(|(address, _)| address == account).unwrap();
            let key = key_of_label(label);
            canary::learn("key", key.as_bytes());
            let key = private_key(&key);
            api.ok(
                "/v1/key/import",
                &json!({"wallet_handle_token": handle, "private_key": key}),
            );
        }
    }

    /// Makes a wallet know the multisig account.
    pub fn knows_multisig(&self, wallet: &str) {
        let imported = self.ok(&format!("multisig import -w {wallet} -T 2 {A} {B} {C}"), &[PASSWORD]);
        assert!(imported.contains(MULTISIG), "{imported}");
    }
}

/// The key file of an account: its seed.
pub fn key_file(account: &str) -> Vec<u8> {
    let (_, label) = LABELS.iter().find(|(address, _)| *address == account).unwrap();
    key_of_label(label).to_bytes().to_vec()
}

/// Base64 of bytes, as `--json` has it.
pub fn encoded(bytes: &[u8]) -> String {
    base64(bytes)
}
