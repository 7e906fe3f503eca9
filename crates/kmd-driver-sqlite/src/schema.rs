//! The tables. Columns, types and constraints are those that the reference
//! creates; id and name are stored as blobs, as it does.
//!
//! Every statement that changes rows says OR ABORT: the tables of a file from
//! elsewhere may define other conflict clauses, which would drop rows silently.

/// All tables of a wallet.
pub(crate) const CREATE_TABLES: &str = "
CREATE TABLE metadata (
    driver_name TEXT NOT NULL,
    driver_version INT NOT NULL,
    wallet_id TEXT NOT NULL UNIQUE,
    wallet_name TEXT NOT NULL,
    mep_encrypted BLOB NOT NULL,
    mdk_encrypted BLOB NOT NULL,
    max_key_idx_encrypted BLOB NOT NULL
);
CREATE TABLE keys (
    address BLOB PRIMARY KEY,
    secret_key_encrypted BLOB NOT NULL,
    key_idx INT
);
CREATE TABLE msig_addrs (
    address BLOB PRIMARY KEY,
    version INT NOT NULL,
    threshold INT NOT NULL,
    pks BLOB NOT NULL
);";

pub(crate) const INSERT_METADATA: &str = "INSERT OR ABORT INTO metadata
    (driver_name, driver_version, wallet_id, wallet_name, mep_encrypted, mdk_encrypted, max_key_idx_encrypted)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
pub(crate) const SELECT_METADATA: &str =
    "SELECT driver_name, driver_version, wallet_id, wallet_name FROM metadata LIMIT 1";
pub(crate) const UPDATE_NAME: &str = "UPDATE OR ABORT metadata SET wallet_name = ?1";
pub(crate) const SELECT_SECRETS: &str =
    "SELECT mep_encrypted, mdk_encrypted, max_key_idx_encrypted FROM metadata LIMIT 1";
pub(crate) const UPDATE_MASTER_KEY: &str = "UPDATE OR ABORT metadata SET mep_encrypted = ?1";
pub(crate) const SELECT_MAX_KEY_INDEX: &str = "SELECT max_key_idx_encrypted FROM metadata LIMIT 1";
pub(crate) const UPDATE_MAX_KEY_INDEX: &str = "UPDATE OR ABORT metadata SET max_key_idx_encrypted = ?1";

pub(crate) const COUNT_WALLETS: &str = "SELECT count(*) FROM metadata";
pub(crate) const SELECT_KEY_ROWS: &str = "SELECT rowid, address, secret_key_encrypted, key_idx FROM keys
    WHERE rowid >= ?1 ORDER BY rowid LIMIT ?2";
pub(crate) const SELECT_MULTISIG_ROWS: &str = "SELECT rowid, address, version, threshold, pks FROM msig_addrs
    WHERE rowid >= ?1 ORDER BY rowid LIMIT ?2";

pub(crate) const SELECT_ADDRESSES: &str = "SELECT address FROM keys ORDER BY address";
pub(crate) const SELECT_SECRET_KEY: &str = "SELECT secret_key_encrypted FROM keys WHERE address = ?1";
pub(crate) const INSERT_KEY: &str =
    "INSERT OR ABORT INTO keys (address, secret_key_encrypted, key_idx) VALUES (?1, ?2, ?3)";
pub(crate) const DELETE_KEY: &str = "DELETE FROM keys WHERE address = ?1";

pub(crate) const SELECT_MULTISIG_ADDRESSES: &str = "SELECT address FROM msig_addrs ORDER BY address";
pub(crate) const SELECT_MULTISIG: &str = "SELECT version, threshold, pks FROM msig_addrs WHERE address = ?1";
pub(crate) const INSERT_MULTISIG: &str =
    "INSERT OR ABORT INTO msig_addrs (address, version, threshold, pks) VALUES (?1, ?2, ?3, ?4)";
pub(crate) const DELETE_MULTISIG: &str = "DELETE FROM msig_addrs WHERE address = ?1";
