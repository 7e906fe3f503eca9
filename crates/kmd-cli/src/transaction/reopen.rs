//! A person may read for longer than a handle lives.

use kmd_api::Password;

use crate::Result;
use crate::context::Context;
use crate::unlock::{OpenWallet, find};

/// The wallet with a handle that has its whole life before it.
pub(super) fn reopen<'a>(context: &'a Context, wallet: OpenWallet<'a>) -> Result<OpenWallet<'a>> {
    if wallet.client.renew_wallet(&wallet.handle).is_ok() {
        return Ok(wallet);
    }
    let same = find(context, Some(&wallet.wallet.id))?;
    OpenWallet::unlock(context, same, Password::new(wallet.password.expose()))
}
