//! Taking care of a wallet: its password, its soundness, its backups.

use std::sync::Arc;

use kmd_crypto::Password;
use kmd_wallet::{BackedUp, BackupName, Locked, NewPassword, Restored, Verification, Wallet, WalletId, WalletName};

use super::Call;
use crate::error::Result;
use crate::operation::Operation;

impl Call<'_> {
    /// Replaces the password of a wallet. All its handles end: who held one
    /// shows the new password to get another.
    ///
    /// # Errors
    /// Not found; those of the wallet.
    pub fn change_password(&self, id: &str, password: &Password, new: NewPassword<'_>) -> Result<()> {
        let (_, id, locked) = self.kmd.find(id)?;
        self.about(&id);
        self.run_found(&id, &Operation::ChangePassword, || {
            locked.change_password(password, new)
        })?;
        self.kmd.sessions.close(&id);
        Ok(())
    }

    /// Checks everything in a wallet.
    ///
    /// # Errors
    /// Not found; those of the wallet. What is damaged is no error, but in the
    /// result.
    pub fn verify_wallet(&self, id: &str, password: &Password) -> Result<Verification> {
        let (id, reached) = self.reach(id, password)?;
        self.run_found(&id, &Operation::Verify, || match reached {
            Reached::Open(wallet) => wallet.verify(),
            Reached::Found(locked) => locked.verify(password),
        })
    }

    /// Writes a backup of a wallet.
    ///
    /// # Errors
    /// Not found; those of the wallet.
    pub fn back_up_wallet(&self, id: &str, password: &Password, file: &str) -> Result<BackedUp> {
        let name = BackupName::new(file)?;
        let (id, reached) = self.reach(id, password)?;
        self.run_found(&id, &Operation::BackUp, || match reached {
            Reached::Open(wallet) => wallet.back_up(&name),
            Reached::Found(locked) => locked.back_up(password, &name),
        })
    }

    /// Makes a wallet of a backup; a blank name is that in the backup.
    ///
    /// # Errors
    /// Not found; name or id taken; those of the driver.
    pub fn restore_wallet(&self, file: &str, name: &str, password: &Password) -> Result<Restored> {
        let backup = self.kmd.find_backup(&BackupName::new(file)?)?;
        let name = Some(name).filter(|name| !name.is_empty());
        let name = name.map(WalletName::new).transpose()?;
        let id = backup.metadata()?.id;
        self.about(&id);
        self.run_found(&id, &Operation::Restore, || backup.restore(name, password))
    }

    /// The wallet as it is open, where it is and this is its password: then it
    /// takes turns with those who use it, and needs no KDF.
    fn reach(&self, id: &str, password: &Password) -> Result<(WalletId, Reached)> {
        // Where passwords have to wait, not even a quick look at one is had.
        if let Ok(id) = WalletId::new(id)
            && !self.kmd.attempts.must_wait(&id)
            && let Some(wallet) = self.open_wallet(&id, password)
        {
            self.about(&id);
            return Ok((id, Reached::Open(wallet)));
        }
        let (_, id, locked) = self.kmd.find(id)?;
        self.about(&id);
        Ok((id, Reached::Found(locked)))
    }
}

/// A wallet whose password is given.
enum Reached {
    /// It is open, and the password is right.
    Open(Arc<dyn Wallet>),
    /// It was found.
    Found(Box<dyn Locked>),
}
