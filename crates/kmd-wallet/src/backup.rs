//! Backups: copies of wallets, each known to open before it gets its name.

use std::path::PathBuf;

use kmd_crypto::{MasterKey, Password};

use crate::verify::verify;
use crate::{Error, Metadata, Result, Store, Verification, WalletName};

/// Longest name of a backup in bytes.
const LONGEST: usize = 128;

/// The name of a backup: a plain file name of ASCII letters, digits, dots,
/// underscores and hyphens that begins with a letter or digit. It can lead
/// nowhere but into the folder of backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupName(String);

impl BackupName {
    /// Takes a name.
    ///
    /// # Errors
    /// [`Error::BackupName`].
    pub fn new(name: &str) -> Result<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let begins = name.starts_with(|first: char| first.is_ascii_alphanumeric());
        if begins && name.len() <= LONGEST && name.bytes().all(plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(Error::BackupName)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A backup that was written.
pub struct BackedUp {
    /// Its file.
    pub path: PathBuf,
    /// What is in it. Damage in the wallet is in its backup too.
    pub verification: Verification,
}

/// A wallet that was restored.
pub struct Restored {
    /// What is known of it.
    pub wallet: Metadata,
    /// What is in it.
    pub verification: Verification,
}

/// A backup that was found.
pub trait Backup: Send {
    /// What is known of its wallet.
    ///
    /// # Errors
    /// When it cannot be read.
    fn metadata(&self) -> Result<Metadata>;

    /// Makes a wallet of it, under another name where one is given: afterwards
    /// there is a whole one, or none.
    ///
    /// # Errors
    /// Name or id taken; wrong password, KDF; disk.
    fn restore(self: Box<Self>, name: Option<WalletName>, password: &Password) -> Result<Restored>;
}

/// Writes a backup of a wallet that is open with this master key. The copy is
/// looked at with the same key.
pub(crate) fn back_up(
    store: &dyn Store,
    master_key: &MasterKey,
    envelope: &[u8],
    name: &BackupName,
) -> Result<BackedUp> {
    store.back_up(name, &|copy| {
        if copy.secrets()?.master_key != envelope {
            return Err(Error::Replaced);
        }
        verify(copy, master_key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        let long = "x".repeat(129);
        let good = ["a", "savings.2026-11-24.db", "A_b-c.d", "0", &long[..128]];
        let bad = [
            "",
            ".",
            "..",
            ".hidden",
            "../x",
            "a/b",
            "/etc/passwd",
            "a\\b",
            "a b",
            "a\0",
            "ä",
            "-x",
            "_x",
            &long,
        ];
        for name in good {
            assert_eq!(BackupName::new(name).unwrap().as_str(), name);
        }
        for name in bad {
            assert!(matches!(BackupName::new(name), Err(Error::BackupName)), "{name:?}");
        }
    }
}
