//! The traits of wallets. A new kind of wallet implements these three.

use std::sync::Arc;

use kmd_algorand::{Address, MultisigPreimage, PublicKey, Signature};
use kmd_crypto::{MasterDerivationKey, Password, PrivateKey, Seed};

use crate::{BackedUp, Backup, BackupName, DriverInfo, Error, Metadata, Result, Verification, WalletId, WalletName};

/// What a wallet is created from.
pub struct NewWallet<'a> {
    /// Its id.
    pub id: WalletId,
    /// Its name.
    pub name: WalletName,
    /// Its password.
    pub password: &'a Password,
    /// The master derivation key to recover; `None`: a new one is made.
    pub master_derivation_key: Option<MasterDerivationKey>,
}

/// What a wallet's password is to become, and the cost of guessing it: where a
/// parameter of scrypt is not given, the driver's own counts.
pub struct NewPassword<'a> {
    /// The password.
    pub password: &'a Password,
    /// Cost.
    pub n: Option<u64>,
    /// Block size.
    pub r: Option<u32>,
    /// Parallelism.
    pub p: Option<u32>,
}

/// Finds wallets and makes them.
pub trait Driver: Send + Sync {
    /// What is true of all its wallets.
    fn info(&self) -> DriverInfo;

    /// All wallets, in the order of their file names.
    ///
    /// # Errors
    /// When the folder cannot be read; files that are no wallets are skipped.
    fn list(&self) -> Result<Vec<Metadata>>;

    /// Creates a wallet: afterwards there is a whole one, or none.
    ///
    /// # Errors
    /// Name or id taken; KDF; disk; [`Error::NotSupported`].
    fn create(&self, new: NewWallet<'_>) -> Result<()>;

    /// Renames a wallet.
    ///
    /// # Errors
    /// Not found; name taken or empty; wrong password; disk; [`Error::NotSupported`].
    fn rename(&self, id: &WalletId, name: &WalletName, password: &Password) -> Result<()>;

    /// Finds a wallet. No key is in memory yet.
    ///
    /// # Errors
    /// Not found; several with this id; disk.
    fn open(&self, id: &WalletId) -> Result<Box<dyn Locked>>;

    /// The file of a wallet, as far as it is known without looking: for those who
    /// read in the log that something is wrong with it.
    fn file(&self, _id: &WalletId) -> Option<String> {
        None
    }

    /// Finds a backup.
    ///
    /// # Errors
    /// [`Error::BackupNotFound`]; what is no backup; disk; [`Error::NotSupported`].
    fn open_backup(&self, _name: &BackupName) -> Result<Box<dyn Backup>> {
        Err(Error::NotSupported)
    }
}

/// A wallet that was found.
pub trait Locked: Send {
    /// What is known of it.
    ///
    /// # Errors
    /// When it cannot be read.
    fn metadata(&self) -> Result<Metadata>;

    /// Decrypts its keys into memory.
    ///
    /// # Errors
    /// Wrong password; damaged; KDF.
    fn unlock(self: Box<Self>, password: &Password) -> Result<Arc<dyn Wallet>>;

    /// Replaces the password: afterwards only the new one opens the wallet.
    /// Who has it open must unlock it again.
    ///
    /// # Errors
    /// Wrong password; parameters too weak or too costly, KDF; [`Error::Replaced`] when somebody else
    /// changed the password meanwhile; disk; [`Error::NotSupported`].
    fn change_password(self: Box<Self>, _password: &Password, _new: NewPassword<'_>) -> Result<()> {
        Err(Error::NotSupported)
    }

    /// Checks everything in the wallet.
    ///
    /// # Errors
    /// Wrong password, KDF; when the wallet cannot be read; [`Error::NotSupported`]. What is damaged is
    /// no error, but in the result.
    fn verify(self: Box<Self>, _password: &Password) -> Result<Verification> {
        Err(Error::NotSupported)
    }

    /// Writes a backup: a copy that is known to open, or none.
    ///
    /// # Errors
    /// Wrong password, KDF; [`Error::BackupExists`]; [`Error::Replaced`] when the password was changed
    /// meanwhile; disk; [`Error::NotSupported`].
    fn back_up(self: Box<Self>, _password: &Password, _name: &BackupName) -> Result<BackedUp> {
        Err(Error::NotSupported)
    }
}

/// Signs messages with the keys of a wallet whose password was checked before.
pub type Signing<'a> = Box<dyn Fn(PublicKey, &[u8]) -> Result<Signature> + Sync + 'a>;

/// A wallet with its keys in memory, until it is dropped.
///
/// What gives a secret away, signs or destroys takes the password again,
/// although the wallet is open.
pub trait Wallet: Send + Sync {
    /// What is known of it now: it may have been renamed since it was unlocked.
    ///
    /// # Errors
    /// When it cannot be read.
    fn metadata(&self) -> Result<Metadata>;

    /// Whether this is the password, without the cost of the KDF.
    ///
    /// # Errors
    /// [`Error::WrongPassword`]; [`Error::Replaced`] when what lies on disk now
    /// is no longer what was unlocked.
    fn check_password(&self, password: &Password) -> Result<()>;

    /// As [`Locked::verify`], for a password that was checked before.
    ///
    /// # Errors
    /// [`Error::Replaced`]; when the wallet cannot be read; [`Error::NotSupported`].
    fn verify(&self) -> Result<Verification> {
        Err(Error::NotSupported)
    }

    /// As [`Locked::back_up`], for a password that was checked before.
    ///
    /// # Errors
    /// As there.
    fn back_up(&self, _name: &BackupName) -> Result<BackedUp> {
        Err(Error::NotSupported)
    }

    /// The addresses of all keys, in the order of their bytes.
    ///
    /// # Errors
    /// When the wallet cannot be read.
    fn list_keys(&self) -> Result<Vec<Address>>;

    /// Signs `message` with the key of `signer`, after deriving its public key
    /// again and comparing.
    ///
    /// # Errors
    /// Wrong password; no such key; damaged or foreign key.
    fn sign(&self, password: &Password, signer: PublicKey, message: &[u8]) -> Result<Signature>;

    /// For signing many messages: the password and the state of the wallet are
    /// checked once, and each signature is as from [`Self::sign`].
    ///
    /// # Errors
    /// As [`Self::check_password`].
    fn signing<'a>(&'a self, password: &'a Password) -> Result<Signing<'a>> {
        self.check_password(password)?;
        Ok(Box::new(move |signer, message| self.sign(password, signer, message)))
    }

    /// As [`Self::sign`], but only where nothing has to be waited for; `None`
    /// where something has to. Anything else is checked alike.
    ///
    /// # Errors
    /// As [`Self::sign`].
    fn sign_at_once(&self, _password: &Password, _signer: PublicKey, _message: &[u8]) -> Result<Option<Signature>> {
        Ok(None)
    }

    /// Derives the next key. It is on disk when this returns.
    ///
    /// # Errors
    /// Disk; damaged; [`Error::TooManyKeys`].
    fn generate_key(&self) -> Result<Address> {
        Err(Error::NotSupported)
    }

    /// Imports a key.
    ///
    /// # Errors
    /// [`Error::KeyExists`]; [`Error::ZeroKey`]; disk.
    fn import_key(&self, _seed: &Seed) -> Result<Address> {
        Err(Error::NotSupported)
    }

    /// The secret key of an address.
    ///
    /// # Errors
    /// Wrong password; no such key; damaged or foreign key.
    fn export_key(&self, _password: &Password, _address: &Address) -> Result<PrivateKey> {
        Err(Error::NotSupported)
    }

    /// Deletes a key. It is no error when there is none.
    ///
    /// # Errors
    /// Wrong password; disk.
    fn delete_key(&self, _password: &Password, _address: &Address) -> Result<()> {
        Err(Error::NotSupported)
    }

    /// The key from which all generated keys follow.
    ///
    /// # Errors
    /// Wrong password.
    fn export_master_derivation_key(&self, _password: &Password) -> Result<MasterDerivationKey> {
        Err(Error::NotSupported)
    }

    /// Imports a multisig address.
    ///
    /// # Errors
    /// [`Error::KeyExists`]; disk.
    fn import_multisig(&self, _preimage: &MultisigPreimage) -> Result<Address> {
        Err(Error::NotSupported)
    }

    /// What a multisig address is the hash of.
    ///
    /// # Errors
    /// [`Error::MultisigNotFound`]; disk.
    fn export_multisig(&self, _address: &Address) -> Result<MultisigPreimage> {
        Err(Error::NotSupported)
    }

    /// The multisig addresses, in the order of their bytes.
    ///
    /// # Errors
    /// Disk.
    fn list_multisig(&self) -> Result<Vec<Address>> {
        Err(Error::NotSupported)
    }

    /// Deletes a multisig address. It is no error when there is none.
    ///
    /// # Errors
    /// Wrong password; disk.
    fn delete_multisig(&self, _password: &Password, _address: &Address) -> Result<()> {
        Err(Error::NotSupported)
    }
}
