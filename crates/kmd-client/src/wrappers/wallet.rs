//! Wallets and their handles.

use kmd_api::v1::{
    CreateWallet, ExportMasterKey, InitWallet, ListWallets, ReleaseWallet, RenameWallet, RenewWallet, Versions, Wallet,
    WalletHandle, WalletInfo,
};
use kmd_api::{Password, SecretBytes, SecretText};

use super::copy;
use crate::{Client, Error};

/// The driver that keeps wallets in files.
const SQLITE: &str = "sqlite";

impl Client {
    /// The API versions that the daemon serves.
    ///
    /// # Errors
    /// [`Error`]; needs no token.
    pub fn versions(&self) -> Result<Vec<String>, Error> {
        Ok(self.call(&Versions::default())?.versions)
    }

    /// All wallets.
    ///
    /// # Errors
    /// [`Error`]
    pub fn list_wallets(&self) -> Result<Vec<Wallet>, Error> {
        Ok(self.call(&ListWallets::default())?.wallets)
    }

    /// Creates a wallet. A blank name is replaced by the id of the wallet.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the name is taken or longer than 64 bytes.
    pub fn create_wallet(&self, name: &str, password: &str) -> Result<Wallet, Error> {
        self.recover_wallet(name, password, SecretBytes::default())
    }

    /// Creates a wallet from the master derivation key of another: it generates the same keys.
    ///
    /// # Errors
    /// As [`Self::create_wallet`], and when the key has not 32 bytes.
    pub fn recover_wallet(
        &self,
        name: &str,
        password: &str,
        master_derivation_key: SecretBytes,
    ) -> Result<Wallet, Error> {
        let request = CreateWallet {
            master_derivation_key,
            wallet_driver_name: SQLITE.to_owned(),
            wallet_name: name.to_owned(),
            wallet_password: Password::new(password),
        };
        Ok(self.call(&request)?.wallet)
    }

    /// Unlocks a wallet. The handle expires, by default after a minute:
    /// [`renew_wallet`](Self::renew_wallet) puts that off, [`release_wallet`](Self::release_wallet)
    /// ends it.
    ///
    /// # Errors
    /// [`Error::Daemon`] when there is no such wallet or the password is wrong.
    pub fn init_wallet(&self, wallet_id: &str, password: &str) -> Result<SecretText, Error> {
        let request = InitWallet {
            wallet_id: wallet_id.to_owned(),
            wallet_password: Password::new(password),
        };
        Ok(self.call(&request)?.wallet_handle_token)
    }

    /// Gives a handle up, at once.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the handle is not or no longer valid, as everywhere.
    pub fn release_wallet(&self, handle: &SecretText) -> Result<(), Error> {
        let request = ReleaseWallet {
            wallet_handle_token: copy(handle),
        };
        self.call(&request).map(drop)
    }

    /// Gives a handle its full lifetime again.
    ///
    /// # Errors
    /// [`Error`]
    pub fn renew_wallet(&self, handle: &SecretText) -> Result<WalletHandle, Error> {
        let request = RenewWallet {
            wallet_handle_token: copy(handle),
        };
        Ok(self.call(&request)?.wallet_handle)
    }

    /// What a handle opens and for how long.
    ///
    /// # Errors
    /// [`Error`]
    pub fn wallet_info(&self, handle: &SecretText) -> Result<WalletHandle, Error> {
        let request = WalletInfo {
            wallet_handle_token: copy(handle),
        };
        Ok(self.call(&request)?.wallet_handle)
    }

    /// Renames a wallet.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the name is taken, blank or longer than 64 bytes, or the password is
    /// wrong.
    pub fn rename_wallet(&self, wallet_id: &str, new_name: &str, password: &str) -> Result<Wallet, Error> {
        let request = RenameWallet {
            wallet_id: wallet_id.to_owned(),
            wallet_name: new_name.to_owned(),
            wallet_password: Password::new(password),
        };
        Ok(self.call(&request)?.wallet)
    }

    /// The master derivation key: 32 bytes that all generated keys of the wallet follow from.
    ///
    /// # Errors
    /// [`Error`]
    pub fn export_master_key(&self, handle: &SecretText, password: &str) -> Result<SecretBytes, Error> {
        let request = ExportMasterKey {
            wallet_handle_token: copy(handle),
            wallet_password: Password::new(password),
        };
        Ok(self.call(&request)?.master_derivation_key)
    }
}
