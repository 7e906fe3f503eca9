//! Keys of an open wallet.

use kmd_algorand::Address;
use kmd_crypto::{Password, PrivateKey, Seed};

use super::Call;
use crate::error::Result;
use crate::operation::Operation;

impl Call<'_> {
    /// Derives the next key.
    ///
    /// # Errors
    /// [`crate::Error::Session`]; those of the wallet.
    pub fn generate_key(&self, handle: &str, display_mnemonic: bool) -> Result<Address> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::GenerateKey, |wallet| {
            if display_mnemonic {
                return Err(kmd_wallet::Error::CannotDisplayMnemonic);
            }
            wallet.generate_key()
        })
    }

    /// Lists the addresses of all keys.
    ///
    /// # Errors
    /// [`crate::Error::Session`]; those of the wallet.
    pub fn list_keys(&self, handle: &str) -> Result<Vec<Address>> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ListKeys, |wallet| wallet.list_keys())
    }

    /// Imports a key.
    ///
    /// # Errors
    /// [`crate::Error::Session`]; those of the wallet.
    pub fn import_key(&self, handle: &str, seed: &Seed) -> Result<Address> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ImportKey, |wallet| wallet.import_key(seed))
    }

    /// Gives a secret key out.
    ///
    /// # Errors
    /// [`crate::Error::Address`] before [`crate::Error::Session`]; those of the wallet.
    pub fn export_key(&self, handle: &str, password: &Password, address: &str) -> Result<PrivateKey> {
        let address: Address = address.parse()?;
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ExportKey(&address), |wallet| {
            wallet.export_key(password, &address)
        })
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// As [`Self::export_key`].
    pub fn delete_key(&self, handle: &str, password: &Password, address: &str) -> Result<()> {
        let address: Address = address.parse()?;
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::DeleteKey(&address), |wallet| {
            wallet.delete_key(password, &address)
        })
    }
}
