//! What a wallet is, whatever keeps it.
//!
//! ```text
//! Driver ──open──► Locked ──unlock──► Wallet
//!  finds wallets    found; no key      keys in memory; may be asked to sign
//!                   in memory
//! ```
//!
//! Found and unlocked are two types, so that a wallet without keys cannot be
//! asked for a signature. [`SoftWallet`] is the one implementation of a wallet
//! whose keys are software; what differs between databases is a [`Store`], rows
//! in and rows out. All of it is synchronous: everything here computes or waits
//! for a disk.

mod backup;
mod cache;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod driver;
mod error;
mod generate;
#[cfg(any(test, feature = "contract"))]
pub mod memory;
mod metadata;
mod problem;
mod soft;
mod store;
mod sync;
mod verify;

pub use backup::{BackedUp, Backup, BackupName, Restored};
pub use driver::{Driver, Locked, NewPassword, NewWallet, Signing, Wallet};
pub use error::Error;
pub use metadata::{DriverInfo, Metadata, WalletId, WalletName};
pub use problem::{Problem, ProblemKind, Table};
pub use soft::{SoftLocked, SoftWallet, WalletSecrets, seal_new_wallet};
pub use store::{
    Generation, KeyRow, MultisigRow, SecretRows, Store, StoredIndex, StoredKey, StoredMultisig, Transaction,
};
pub use verify::Verification;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
