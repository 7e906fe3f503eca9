//! Taking care of a wallet: its password, its soundness, its backups.

use serde::{Deserialize, Serialize};

use crate::Password;
use crate::request::{request, wallet_request};
use crate::v1::Wallet;

/// An answer without content.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Done {}

wallet_request! {
    /// Replaces the password of a wallet. All its handles end.
    ChangePassword: Post "/v2/wallets/{id}/password" => Done {
        /// The new password. It may be blank, but must be given.
        new_password: Option<Password>,
        /// The cost of guessing it: scrypt's N. 0: as configured.
        scrypt_n: u64,
        /// scrypt's p. 0: as configured.
        scrypt_p: u32,
        /// scrypt's r. 0: as configured.
        scrypt_r: u32,
        /// The password until now.
        wallet_password: Password,
    }
}

/// What a wallet holds, and what is wrong with it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VerifyWalletResponse {
    /// Keys that follow from the master derivation key.
    pub generated_keys: u64,
    /// The highest index that a key was ever generated at; absent where it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highest_index: Option<u64>,
    /// Keys that were imported.
    pub imported_keys: u64,
    /// Multisig addresses.
    pub multisigs: u64,
    /// How many problems there are.
    pub problem_count: u64,
    /// The first hundred of them.
    pub problems: Vec<WalletProblem>,
}

/// Something that is wrong with a wallet. Never holds a secret.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WalletProblem {
    /// The address in the row, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// For programs: one of a fixed list of words.
    pub code: String,
    /// The key index, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// What is wrong, for people.
    pub message: String,
    /// The row in the table, as the database counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<i64>,
    /// `database`, `metadata`, `keys` or `msig_addrs`.
    pub table: String,
}

wallet_request! {
    /// Checks everything in a wallet: that the database is sound, that every envelope opens and
    /// holds what its row says.
    VerifyWallet: Post "/v2/wallets/{id}/verify" => VerifyWalletResponse {
        /// Its password.
        wallet_password: Password,
    }
}

/// A backup that was written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BackUpWalletResponse {
    /// Its file, on the daemon's machine.
    pub path: String,
    /// What is in it. Damage in the wallet is in its backup too.
    pub verification: VerifyWalletResponse,
}

wallet_request! {
    /// Writes a backup of a wallet into the daemon's folder of backups.
    BackUpWallet: Post "/v2/wallets/{id}/backup" => BackUpWalletResponse {
        /// Its name: up to 128 letters, digits, dots, underscores and hyphens, the first a letter
        /// or digit. No backup is ever replaced.
        file_name: String,
        /// The wallet's password.
        wallet_password: Password,
    }
}

/// A wallet that was restored.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RestoreWalletResponse {
    /// What is in it.
    pub verification: VerifyWalletResponse,
    /// The wallet.
    pub wallet: Wallet,
}

request! {
    /// Makes a wallet of a backup in the daemon's folder of backups.
    RestoreWallet: Post "/v2/wallets/restore" => RestoreWalletResponse {
        /// The name of the backup.
        file_name: String,
        /// Another name for the wallet; blank: that in the backup.
        wallet_name: String,
        /// The wallet's password at the time of the backup.
        wallet_password: Password,
    }
}
