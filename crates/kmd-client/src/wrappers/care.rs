//! Taking care of a wallet: its password, its soundness, its backups.

use kmd_api::Password;
use kmd_api::v2::{
    BackUpWallet, BackUpWalletResponse, ChangePassword, RestoreWallet, RestoreWalletResponse, VerifyWallet,
    VerifyWalletResponse,
};

use crate::{Client, Error};

/// The cost of guessing a password, as parameters of scrypt; 0 as configured in the daemon.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scrypt {
    /// Cost.
    pub n: u64,
    /// Block size.
    pub r: u32,
    /// Parallelism.
    pub p: u32,
}

impl Client {
    /// Replaces the password of a wallet. All its handles end.
    ///
    /// # Errors
    /// [`Error::Refused`] when the password is wrong or the parameters are too weak or too costly.
    pub fn change_password(&self, wallet_id: &str, password: &str, new: &str, scrypt: Scrypt) -> Result<(), Error> {
        let request = ChangePassword {
            wallet_id: wallet_id.to_owned(),
            new_password: Some(Password::new(new)),
            scrypt_n: scrypt.n,
            scrypt_p: scrypt.p,
            scrypt_r: scrypt.r,
            wallet_password: Password::new(password),
        };
        self.call(&request).map(drop)
    }

    /// Checks everything in a wallet. It is sound when the answer counts no problems.
    ///
    /// # Errors
    /// [`Error::Refused`] when the password is wrong. What is damaged is in the answer.
    pub fn verify_wallet(&self, wallet_id: &str, password: &str) -> Result<VerifyWalletResponse, Error> {
        self.call(&VerifyWallet {
            wallet_id: wallet_id.to_owned(),
            wallet_password: Password::new(password),
        })
    }

    /// Writes a backup of a wallet into the daemon's folder of backups, and says where that is.
    ///
    /// # Errors
    /// [`Error::Refused`] when the password is wrong, or a backup has this name.
    pub fn back_up_wallet(
        &self,
        wallet_id: &str,
        password: &str,
        file_name: &str,
    ) -> Result<BackUpWalletResponse, Error> {
        self.call(&BackUpWallet {
            wallet_id: wallet_id.to_owned(),
            file_name: file_name.to_owned(),
            wallet_password: Password::new(password),
        })
    }

    /// Makes a wallet of a file in the daemon's folder of backups. A blank name is that in the
    /// backup.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such file, the password is wrong, or a wallet has the name
    /// or is the one in the backup.
    pub fn restore_wallet(&self, file_name: &str, name: &str, password: &str) -> Result<RestoreWalletResponse, Error> {
        self.call(&RestoreWallet {
            file_name: file_name.to_owned(),
            wallet_name: name.to_owned(),
            wallet_password: Password::new(password),
        })
    }
}
