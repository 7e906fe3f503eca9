//! Rows in, rows out: what a database must do to keep a software wallet.

use kmd_algorand::{Address, MultisigPreimage};

use crate::{BackedUp, BackupName, Error, Metadata, Result, Verification};

/// Changes whenever anybody, also another process, changed anything in the
/// wallet. Two equal values mean: nothing changed in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Generation {
    /// Which file (or other container) it is.
    pub container: [u64; 2],
    /// Size and time of the last write, which show writes past the database.
    pub written: [u64; 3],
    /// How often the database was changed; wraps.
    pub changes: u32,
}

impl Generation {
    /// Whether exactly one change of the database lies between the two.
    #[must_use]
    pub fn follows(self, before: Self) -> bool {
        self.container == before.container && self.changes == before.changes.wrapping_add(1)
    }
}

/// The encrypted rows that every wallet has once.
pub struct SecretRows {
    /// Envelope of the master key.
    pub master_key: Vec<u8>,
    /// Envelope of the master derivation key.
    pub master_derivation_key: Vec<u8>,
    /// Envelope of the highest key index.
    pub max_key_index: Vec<u8>,
}

/// A key to be written.
pub struct KeyRow {
    /// Its address.
    pub address: Address,
    /// Envelope of the secret key.
    pub secret_key: Vec<u8>,
    /// Its index, when it was generated.
    pub index: Option<u64>,
}

/// A multisig address and what it is the hash of.
pub struct MultisigRow {
    /// The address.
    pub address: Address,
    /// Version, threshold and keys.
    pub preimage: MultisigPreimage,
}

/// The row of a key, whatever lies in it.
pub struct StoredKey {
    /// The row, in the order in which rows are read.
    pub row: i64,
    /// Its address; `None` where that is not 32 bytes.
    pub address: Option<Address>,
    /// Envelope of the secret key; `None` where that is no bytes.
    pub secret_key: Option<Vec<u8>>,
    /// Its index.
    pub index: StoredIndex,
}

/// The index in the row of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredIndex {
    /// None: the key was imported.
    None,
    /// A number.
    Number(u64),
    /// Something else.
    Wrong,
}

impl StoredIndex {
    /// The number, where it is one.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::None | Self::Wrong => None,
        }
    }
}

/// The row of a multisig address, whatever lies in it.
pub struct StoredMultisig {
    /// The row, in the order in which rows are read.
    pub row: i64,
    /// Its address; `None` where that is not 32 bytes.
    pub address: Option<Address>,
    /// What it should be the hash of; `None` where that is no multisig.
    pub preimage: Option<MultisigPreimage>,
}

/// One wallet in a database. Every method is atomic.
pub trait Store: Send + Sync + 'static {
    /// What is known without a password.
    ///
    /// # Errors
    /// When it cannot be read.
    fn metadata(&self) -> Result<Metadata>;

    /// The state of the wallet. Cheap: it is asked before every signature.
    ///
    /// # Errors
    /// When the wallet is gone or cannot be read.
    fn generation(&self) -> Result<Generation>;

    /// The wallet's own encrypted rows.
    ///
    /// # Errors
    /// When they cannot be read.
    fn secrets(&self) -> Result<SecretRows>;

    /// Addresses of all keys, in the order of their bytes.
    ///
    /// # Errors
    /// When they cannot be read.
    fn addresses(&self) -> Result<Vec<Address>>;

    /// Envelope of a secret key.
    ///
    /// # Errors
    /// When it cannot be read.
    fn secret_key(&self, address: &Address) -> Result<Option<Vec<u8>>>;

    /// Addresses of all multisigs, in the order of their bytes.
    ///
    /// # Errors
    /// When they cannot be read.
    fn multisig_addresses(&self) -> Result<Vec<Address>>;

    /// What a multisig address is the hash of.
    ///
    /// # Errors
    /// When it cannot be read.
    fn multisig(&self, address: &Address) -> Result<Option<MultisigPreimage>>;

    /// What the database itself finds wrong with the wallet: at most so many
    /// sentences.
    ///
    /// # Errors
    /// When it cannot be looked at now.
    fn check(&self, most: usize) -> Result<Vec<String>>;

    /// The rows of keys from a row on, at most so many, in the order of rows.
    ///
    /// # Errors
    /// When they cannot be read.
    fn key_rows(&self, from: i64, most: usize) -> Result<Vec<StoredKey>>;

    /// The rows of multisig addresses, likewise.
    ///
    /// # Errors
    /// When they cannot be read.
    fn multisig_rows(&self, from: i64, most: usize) -> Result<Vec<StoredMultisig>>;

    /// Copies the wallet, in one state, into a file that gets its name once
    /// `check` has looked at it.
    ///
    /// # Errors
    /// Those of `check`; [`Error::BackupExists`]; disk; [`Error::NotSupported`].
    fn back_up(&self, _name: &BackupName, _check: &dyn Fn(&dyn Store) -> Result<Verification>) -> Result<BackedUp> {
        Err(Error::NotSupported)
    }

    /// Runs `change` with the wallet to itself. What it did lasts when this
    /// returns, all of it, or nothing where `change` or the commit fails.
    ///
    /// # Errors
    /// Those of `change`; disk.
    fn change(&self, change: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()>;
}

/// The rows inside a [`Store::change`].
pub trait Transaction {
    /// The state of the wallet before this change. Nobody else can change
    /// anything until it is committed.
    ///
    /// # Errors
    /// When it cannot be read.
    fn generation(&mut self) -> Result<Generation>;

    /// Envelope of the master key.
    ///
    /// # Errors
    /// When it cannot be read.
    fn master_key(&mut self) -> Result<Vec<u8>>;

    /// Replaces the envelope of the master key.
    ///
    /// # Errors
    /// Disk.
    fn set_master_key(&mut self, envelope: &[u8]) -> Result<()>;

    /// Envelope of the highest key index.
    ///
    /// # Errors
    /// When it cannot be read.
    fn max_key_index(&mut self) -> Result<Vec<u8>>;

    /// Replaces the envelope of the highest key index.
    ///
    /// # Errors
    /// Disk.
    fn set_max_key_index(&mut self, envelope: &[u8]) -> Result<()>;

    /// Whether there is a key for this address.
    ///
    /// # Errors
    /// When it cannot be read.
    fn has_key(&mut self, address: &Address) -> Result<bool>;

    /// Adds a key.
    ///
    /// # Errors
    /// [`crate::Error::KeyExists`]; disk.
    fn insert_key(&mut self, row: &KeyRow) -> Result<()>;

    /// Removes a key, if there is one.
    ///
    /// # Errors
    /// Disk.
    fn delete_key(&mut self, address: &Address) -> Result<()>;

    /// Adds a multisig address.
    ///
    /// # Errors
    /// [`crate::Error::KeyExists`]; disk.
    fn insert_multisig(&mut self, row: &MultisigRow) -> Result<()>;

    /// Removes a multisig address, if there is one.
    ///
    /// # Errors
    /// Disk.
    fn delete_multisig(&mut self, address: &Address) -> Result<()>;
}
