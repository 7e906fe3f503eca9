//! What is known of a wallet without its password.

use std::fmt;
use std::sync::Arc;

use crate::{Error, Result};

/// Longest id and name in bytes.
const MAX_LENGTH: usize = 64;

/// Names a wallet for good. Written by drivers as 32 hex characters; what other
/// writers left in a file counts as well, up to 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WalletId(Arc<str>);

impl WalletId {
    /// Takes an id.
    ///
    /// # Errors
    /// [`Error::IdTooLong`].
    pub fn new(id: &str) -> Result<Self> {
        if id.len() > MAX_LENGTH {
            return Err(Error::IdTooLong);
        }
        Ok(Self(id.into()))
    }

    /// The id of a new wallet: 16 random bytes in hex.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                .into(),
        )
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WalletId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that its owner chose, at most 64 bytes of any UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WalletName(Arc<str>);

impl WalletName {
    /// Takes a name.
    ///
    /// # Errors
    /// [`Error::NameTooLong`].
    pub fn new(name: &str) -> Result<Self> {
        if name.len() > MAX_LENGTH {
            return Err(Error::NameTooLong);
        }
        Ok(Self(name.into()))
    }

    /// A name as it was found in a file. The reference lets renames pass its
    /// own limit, so it may be longer than 64 bytes.
    pub fn stored(name: String) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<WalletId> for WalletName {
    fn from(id: WalletId) -> Self {
        Self(id.0)
    }
}

/// What is true of all wallets of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriverInfo {
    /// Its name in requests.
    pub name: &'static str,
    /// Version of its format.
    pub version: u32,
    /// Whether the driver shows mnemonics to the person itself.
    pub mnemonic_ux: bool,
    /// The transaction types it claims. Old clients read this; it limits nothing.
    pub supported_transactions: &'static [&'static str],
}

/// A wallet as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Names it for good.
    pub id: WalletId,
    /// What its owner calls it.
    pub name: WalletName,
    /// Its driver.
    pub driver: DriverInfo,
}
