//! Taking care of a wallet: its password, its soundness.

use kmd_api::Password;
use kmd_api::v2::{ChangePassword, VerifyWallet, VerifyWalletResponse};

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
}
