//! Taking care of a wallet: its password.

use serde::{Deserialize, Serialize};

use crate::Password;
use crate::request::wallet_request;

/// An answer without content.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Done {}

wallet_request! {
    /// Replaces the password of a wallet. All its handles end.
    ChangePassword: Post "/v2/wallets/{id}/password" => Done {
        /// The new password. It may be blank, but must be given.
        new_password: Option<Password>,
        /// The cost of guessing it: scrypt's N. 0: as configured.
        scrypt_n: u64,
        /// scrypt's p. 0: as configured.
        scrypt_p: u32,
        /// scrypt's r. 0: as configured.
        scrypt_r: u32,
        /// The password until now.
        wallet_password: Password,
    }
}
