//! Keys of a wallet.

use kmd_algorand::Address;
use kmd_api::v1::{DeleteKey, ExportKey, GenerateKey, ImportKey, ListKeys};
use kmd_api::{Password, SecretBytes, SecretText};

use super::{address, addresses, copy};
use crate::{Client, Error};

impl Client {
    /// Derives the next key of the wallet and returns its address.
    ///
    /// # Errors
    /// [`Error`]
    pub fn generate_key(&self, handle: &SecretText) -> Result<Address, Error> {
        let request = GenerateKey {
            wallet_handle_token: copy(handle),
            ..GenerateKey::default()
        };
        address(&self.call(&request)?.address)
    }

    /// The addresses of all keys, in the order of their bytes.
    ///
    /// # Errors
    /// [`Error`]
    pub fn list_keys(&self, handle: &SecretText) -> Result<Vec<Address>, Error> {
        let request = ListKeys {
            wallet_handle_token: copy(handle),
        };
        addresses(&self.call(&request)?.addresses)
    }

    /// Imports a key: 64 bytes, the seed and the public key, or the seed alone.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the wallet has it, or it is none.
    pub fn import_key(&self, handle: &SecretText, private_key: SecretBytes) -> Result<Address, Error> {
        let request = ImportKey {
            private_key,
            wallet_handle_token: copy(handle),
        };
        address(&self.call(&request)?.address)
    }

    /// The 64 bytes of a key: the seed, then the public key.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the wallet has no such key.
    pub fn export_key(&self, handle: &SecretText, password: &str, address: Address) -> Result<SecretBytes, Error> {
        let request = ExportKey {
            address: address.to_string(),
            wallet_handle_token: copy(handle),
            wallet_password: Password::new(password),
        };
        Ok(self.call(&request)?.private_key)
    }

    /// Deletes a key for good. Succeeds when there is none.
    ///
    /// # Errors
    /// [`Error`]
    pub fn delete_key(&self, handle: &SecretText, password: &str, address: Address) -> Result<(), Error> {
        let request = DeleteKey {
            address: address.to_string(),
            wallet_handle_token: copy(handle),
            wallet_password: Password::new(password),
        };
        self.call(&request).map(drop)
    }
}
