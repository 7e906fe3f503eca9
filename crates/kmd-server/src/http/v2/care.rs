//! Taking care of a wallet: its password.

use kmd_api::v2::{ChangePassword, Done};
use kmd_core::Call;
use kmd_wallet::NewPassword;

use crate::http::endpoint::Failure;
use crate::http::v1::password;

pub(crate) fn change_password(call: &Call<'_>, request: ChangePassword) -> Result<Done, Failure> {
    // A password that was left out by mistake must not become a blank one.
    let new = request.new_password.as_ref();
    let new = password(new.ok_or(Failure::Body("new_password is missing; a blank one is \"\"".into()))?);
    let new = NewPassword {
        password: &new,
        n: Some(request.scrypt_n).filter(|n| *n != 0),
        r: Some(request.scrypt_r).filter(|r| *r != 0),
        p: Some(request.scrypt_p).filter(|p| *p != 0),
    };
    call.change_password(&request.wallet_id, &password(&request.wallet_password), new)?;
    Ok(Done {})
}
