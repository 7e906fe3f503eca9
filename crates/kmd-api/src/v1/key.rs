//! Keys of a wallet.

use serde::{Deserialize, Serialize};

use super::Empty;
use crate::request::request;
use crate::{Password, SecretBytes, SecretText};

/// One address.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressResponse {
    /// 58 characters.
    pub address: String,
}

/// Several addresses.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListAddressesResponse {
    /// In the order of their bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
}

/// A secret key.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportKeyResponse {
    /// 64 bytes: Ed25519 seed, then public key.
    pub private_key: SecretBytes,
}

request! {
    /// Derives the next key from the master derivation key.
    GenerateKey: Post "/v1/key" => AddressResponse {
        /// Refused when true: software wallets do not show mnemonics.
        display_mnemonic: bool,
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Lists the addresses of all keys.
    ListKeys: Post "/v1/key/list" => ListAddressesResponse {
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Imports a key.
    ImportKey: Post "/v1/key/import" => AddressResponse {
        /// 64 bytes, seed then public key, of which only the seed is used; or
        /// the 32-byte seed.
        private_key: SecretBytes,
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Exports a key.
    ExportKey: Post "/v1/key/export" => ExportKeyResponse {
        /// Its address.
        address: String,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}

request! {
    /// Deletes a key for good. Succeeds when there is none.
    DeleteKey: Delete "/v1/key" => Empty {
        /// Its address.
        address: String,
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}
