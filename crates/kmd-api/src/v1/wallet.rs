//! Wallets and their handles.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Empty;
use crate::request::request;
use crate::{Password, SecretBytes, SecretText};

/// What is known of a wallet without its password.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wallet {
    /// The driver that keeps it: `sqlite`.
    pub driver_name: Cow<'static, str>,
    /// Version of the driver's format.
    pub driver_version: u32,
    /// Names the wallet for good; 32 hex characters, at most 64 bytes.
    pub id: String,
    /// Whether its driver shows mnemonics itself.
    pub mnemonic_ux: bool,
    /// Chosen by its owner; at most 64 bytes.
    pub name: String,
    /// Transaction types that the driver claims, for old clients; it signs all.
    pub supported_txs: Vec<Cow<'static, str>>,
}

/// An open handle.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WalletHandle {
    /// Whole seconds until it expires, rounded down.
    pub expires_seconds: u64,
    /// The wallet that it opens.
    pub wallet: Wallet,
}

/// All wallets.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListWalletsResponse {
    /// In the order of their file names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wallets: Vec<Wallet>,
}

/// One wallet.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WalletResponse {
    /// The wallet.
    pub wallet: Wallet,
}

/// A fresh handle.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InitWalletResponse {
    /// 16 hex characters, a dot, 64 hex characters.
    pub wallet_handle_token: SecretText,
}

/// What a handle opens and for how long.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WalletHandleResponse {
    /// The handle.
    pub wallet_handle: WalletHandle,
}

/// A master derivation key.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportMasterKeyResponse {
    /// 32 bytes, from which all generated keys of the wallet follow.
    pub master_derivation_key: SecretBytes,
}

request! {
    /// Lists all wallets.
    ListWallets: Get "/v1/wallets" => ListWalletsResponse {}
}

request! {
    /// Creates a wallet.
    CreateWallet: Post "/v1/wallet" => WalletResponse {
        /// 32 bytes to recover a wallet; none or zeros: a new one is made.
        master_derivation_key: SecretBytes,
        /// `sqlite`.
        wallet_driver_name: String,
        /// At most 64 bytes; blank: the id becomes the name.
        wallet_name: String,
        /// May be blank.
        wallet_password: Password,
    }
}

request! {
    /// Unlocks a wallet and answers with a handle.
    InitWallet: Post "/v1/wallet/init" => InitWalletResponse {
        /// The wallet.
        wallet_id: String,
        /// Its password.
        wallet_password: Password,
    }
}

request! {
    /// Gives a handle up.
    ReleaseWallet: Post "/v1/wallet/release" => Empty {
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Gives a handle its full lifetime again.
    RenewWallet: Post "/v1/wallet/renew" => WalletHandleResponse {
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Asks what a handle opens and for how long.
    WalletInfo: Post "/v1/wallet/info" => WalletHandleResponse {
        /// The handle.
        wallet_handle_token: SecretText,
    }
}

request! {
    /// Renames a wallet. Its file keeps its name.
    RenameWallet: Post "/v1/wallet/rename" => WalletResponse {
        /// The wallet.
        wallet_id: String,
        /// The new name: 1 to 64 bytes.
        wallet_name: String,
        /// Its password.
        wallet_password: Password,
    }
}

request! {
    /// Exports the master derivation key.
    ExportMasterKey: Post "/v1/master-key/export" => ExportMasterKeyResponse {
        /// The handle.
        wallet_handle_token: SecretText,
        /// The password, again.
        wallet_password: Password,
    }
}
