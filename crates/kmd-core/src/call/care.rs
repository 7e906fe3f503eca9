//! Taking care of a wallet: its password.

use kmd_crypto::Password;
use kmd_wallet::NewPassword;

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
}
