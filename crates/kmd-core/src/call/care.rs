//! Taking care of a wallet: its password, its soundness.

use std::sync::Arc;

use kmd_crypto::Password;
use kmd_wallet::{Locked, NewPassword, Verification, Wallet, WalletId};

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

    /// The wallet as it is open, where it is and this is its password: then it
    /// takes turns with those who use it, and needs no KDF.
    fn reach(&self, id: &str, password: &Password) -> Result<(WalletId, Reached)> {
        if let Ok(id) = WalletId::new(id)
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
