//! Wallets and their handles.

use std::sync::Arc;

use kmd_crypto::{MasterDerivationKey, Password};
use kmd_wallet::{Metadata, NewWallet, Wallet, WalletId, WalletName};

use super::Call;
use crate::error::{Error, Result};
use crate::kmd::{HandleInfo, WalletToCreate};
use crate::operation::Operation;
use crate::session::{Handle, HandleToken, Opened};

impl Call<'_> {
    /// All wallets of all drivers.
    ///
    /// # Errors
    /// When a driver cannot list.
    pub fn list_wallets(&self) -> Result<Vec<Metadata>> {
        let mut wallets = Vec::new();
        for driver in &self.kmd.drivers {
            wallets.extend(driver.list()?);
        }
        Ok(wallets)
    }

    /// Creates a wallet.
    ///
    /// # Errors
    /// Unknown driver; no randomness; those of the driver.
    pub fn create_wallet(&self, create: WalletToCreate<'_>) -> Result<Metadata> {
        let driver = self.kmd.driver(create.driver)?;
        let mut bytes = [0; 16];
        self.kmd.random.fill(&mut bytes)?;
        let id = WalletId::from_random(bytes);
        let name = match create.name {
            "" => WalletName::from(id.clone()),
            name => WalletName::new(name)?,
        };
        let metadata = Metadata {
            id: id.clone(),
            name: name.clone(),
            driver: driver.info(),
        };
        driver.create(NewWallet {
            id: id.clone(),
            name,
            password: create.password,
            master_derivation_key: create.master_derivation_key,
        })?;
        self.about(&id);
        Ok(metadata)
    }

    /// Unlocks a wallet. One that is open already opens again without the KDF,
    /// for the right password only.
    ///
    /// # Errors
    /// Not found; [`Error::TooManyAttempts`]; [`Error::Unlock`]; no randomness.
    pub fn init_wallet(&self, id: &str, password: &Password) -> Result<HandleToken> {
        let (_, id, locked) = self.kmd.find(id)?;
        self.about(&id);
        let attempt = self.kmd.attempts.admit(&id)?;
        let unlocked = match self.open_wallet(&id, password) {
            Some(wallet) => Ok(wallet),
            None => locked.unlock(password),
        };
        let wallet = attempt.ended(unlocked).map_err(Error::Unlock)?;
        let opened = Opened { id, wallet };
        Ok(self.kmd.sessions.open(opened, &*self.kmd.random)?)
    }

    /// The wallet, if it is open already and this is its password.
    pub(super) fn open_wallet(&self, id: &WalletId, password: &Password) -> Option<Arc<dyn Wallet>> {
        let wallet = self.kmd.sessions.open_wallet(id)?;
        wallet.check_password(password).is_ok().then_some(wallet)
    }

    /// Gives a handle up.
    ///
    /// # Errors
    /// [`Error::Session`].
    pub fn release_handle(&self, handle: &str) -> Result<()> {
        self.about(&self.kmd.sessions.release(handle)?);
        Ok(())
    }

    /// What a handle opens and for how long.
    ///
    /// # Errors
    /// [`Error::Session`]; when the wallet cannot be read.
    pub fn handle_info(&self, handle: &str) -> Result<HandleInfo> {
        self.describe(self.kmd.sessions.info(handle)?)
    }

    /// Gives a handle its full lifetime again.
    ///
    /// # Errors
    /// As [`Self::handle_info`].
    pub fn renew_handle(&self, handle: &str) -> Result<HandleInfo> {
        self.describe(self.kmd.sessions.renew(handle)?)
    }

    fn describe(&self, handle: Handle) -> Result<HandleInfo> {
        self.about(&handle.opened.id);
        Ok(HandleInfo {
            wallet: handle.opened.wallet.metadata()?,
            remaining: handle.remaining,
        })
    }

    /// Renames a wallet.
    ///
    /// # Errors
    /// Not found; those of the driver.
    pub fn rename_wallet(&self, id: &str, name: &str, password: &Password) -> Result<Metadata> {
        let (driver, id, locked) = self.kmd.find(id)?;
        self.about(&id);
        drop(locked);
        let name = WalletName::new(name)?;
        let attempt = self.kmd.attempts.admit(&id)?;
        attempt.ended(driver.rename(&id, &name, password))?;
        let renamed = driver.open(&id).and_then(|locked| locked.metadata());
        renamed.map_err(Error::Fetch)
    }

    /// Gives the master derivation key out.
    ///
    /// # Errors
    /// [`Error::Session`]; wrong password.
    pub fn export_master_derivation_key(&self, handle: &str, password: &Password) -> Result<MasterDerivationKey> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ExportMasterDerivationKey, |wallet| {
            wallet.export_master_derivation_key(password)
        })
    }
}
