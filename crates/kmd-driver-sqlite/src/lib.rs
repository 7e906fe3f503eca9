//! Wallets in SQLite files, one file a wallet, exactly as the Go kmd writes
//! them: each opens the other's.
//!
//! ```text
//! driver  ──finds──►  folder (index of the files)
//!    │ creates: create          │ opens
//!    └──────────────►  store (one wallet; rows in, rows out)
//! ```

mod backup;
mod check;
mod connection;
mod create;
mod descriptor;
mod driver;
mod file_name;
mod folder;
mod index;
mod listing;
mod look;
mod multisig_keys;
mod schema;
mod store;
mod unfinished;
mod watch;

pub use driver::{SqliteDriver, SqliteSettings};
pub use folder::OnSkipped;

use kmd_wallet::DriverInfo;

/// What is true of all SQLite wallets.
pub const INFO: DriverInfo = DriverInfo {
    name: "sqlite",
    version: 1,
    mnemonic_ux: false,
    supported_transactions: &["pay", "keyreg"],
};
