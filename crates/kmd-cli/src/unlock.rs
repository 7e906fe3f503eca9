//! Choosing a wallet and unlocking it for the length of a command.

use clap::Args;
use kmd_api::v1::Wallet;
use kmd_api::{Password, SecretText};
use kmd_client::Client;

use crate::Result;
use crate::ask::PasswordArgs;
use crate::context::Context;
use crate::error::{Error, Kind};

/// Which wallet, and its password.
#[derive(Args)]
pub struct WalletArgs {
    /// The wallet, by name or id; may be left out when there is only one
    #[arg(short = 'w', long, value_name = "NAME")]
    wallet: Option<String>,

    #[command(flatten)]
    password: PasswordArgs,
}

impl WalletArgs {
    /// The wallet, still locked.
    pub(crate) fn find(&self, context: &Context) -> Result<Wallet> {
        find(context, self.wallet.as_deref())
    }

    /// Finds the wallet and unlocks it.
    pub(crate) fn unlock<'a>(&self, context: &'a Context) -> Result<OpenWallet<'a>> {
        self.unlock_found(context, self.find(context)?)
    }

    /// Unlocks the wallet that was found before, to ask something in between.
    pub(crate) fn unlock_found<'a>(&self, context: &'a Context, wallet: Wallet) -> Result<OpenWallet<'a>> {
        let password = self.password.password(context, &wallet.name)?;
        OpenWallet::unlock(context, wallet, password)
    }
}

/// The wallet of that name or id; without one, the only one that there is.
pub(crate) fn find(context: &Context, wanted: Option<&str>) -> Result<Wallet> {
    let wallets = context.client()?.list_wallets()?;
    match wanted {
        Some(wanted) => named(wallets, wanted),
        None => only(wallets),
    }
}

fn named(wallets: Vec<Wallet>, wanted: &str) -> Result<Wallet> {
    let names = names(&wallets);
    let (mut with_id, with_name): (Vec<_>, Vec<_>) = wallets
        .into_iter()
        .filter(|wallet| wallet.id == wanted || wallet.name == wanted)
        .partition(|wallet| wallet.id == wanted);
    with_id.truncate(1);
    let mut found = if with_id.is_empty() { with_name } else { with_id };
    match (found.pop(), found.is_empty()) {
        (Some(wallet), true) => Ok(wallet),
        (Some(_), false) => Err(Error::new(Kind::Usage, format!("several wallets are named {wanted}"))
            .hint("name it by its id; `kmd wallet list` shows it")),
        (None, _) => Err(Error::new(Kind::NotFound, format!("there is no wallet {wanted}")).hint(names)),
    }
}

fn only(mut wallets: Vec<Wallet>) -> Result<Wallet> {
    let names = names(&wallets);
    match (wallets.pop(), wallets.is_empty()) {
        (Some(wallet), true) => Ok(wallet),
        (Some(_), false) => Err(Error::new(Kind::Usage, "which wallet? There are several").hint(names)),
        (None, _) => Err(Error::new(Kind::NotFound, "there is no wallet yet").hint(names)),
    }
}

fn names(wallets: &[Wallet]) -> String {
    /// More would hide the rest of the message.
    const SHOWN: usize = 10;
    let names: Vec<&str> = wallets.iter().take(SHOWN).map(|wallet| wallet.name.as_str()).collect();
    match wallets.len() {
        0 => "this makes one: kmd wallet create NAME".to_owned(),
        count if count > SHOWN => format!("there are {count}, among them {}", names.join(", ")),
        _ => format!("there are: {}", names.join(", ")),
    }
}

/// An unlocked wallet. Its handle is released when this is dropped.
pub(crate) struct OpenWallet<'a> {
    pub(crate) client: &'a Client,
    pub(crate) wallet: Wallet,
    pub(crate) handle: SecretText,
    /// Many requests want it again.
    pub(crate) password: Password,
}

impl<'a> OpenWallet<'a> {
    /// Unlocks a wallet.
    pub(crate) fn unlock(context: &'a Context, wallet: Wallet, password: Password) -> Result<Self> {
        let client = context.client()?;
        let progress = context.output.progress("unlocking");
        let handle = client.init_wallet(&wallet.id, password.expose());
        drop(progress);
        Ok(Self {
            client,
            handle: handle
                .map_err(|error| Error::from(error).while_doing(format!("cannot unlock the wallet {}", wallet.name)))?,
            wallet,
            password,
        })
    }
}

impl Drop for OpenWallet<'_> {
    fn drop(&mut self) {
        // Where this fails the handle expires by itself.
        let _ = self.client.release_wallet(&self.handle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wallet(name: &str, id: &str) -> Wallet {
        Wallet {
            name: name.to_owned(),
            id: id.to_owned(),
            ..Wallet::default()
        }
    }

    #[test]
    fn choosing() {
        let all = || vec![wallet("a", "1"), wallet("b", "2"), wallet("b", "3"), wallet("1", "4")];
        let cases = [
            ("a", Ok("1")),
            ("3", Ok("3")),
            // An id goes before a name that looks like it.
            ("1", Ok("1")),
            ("b", Err(Kind::Usage)),
            ("c", Err(Kind::NotFound)),
        ];
        for (wanted, expected) in cases {
            let found = named(all(), wanted).map(|wallet| wallet.id).map_err(|error| error.kind);
            assert_eq!(found, expected.map(str::to_owned), "{wanted}");
        }
        let only = |wallets| only(wallets).map(|wallet| wallet.id).map_err(|error| error.kind);
        assert_eq!(only(vec![]), Err(Kind::NotFound));
        assert_eq!(only(vec![wallet("a", "1")]), Ok("1".to_owned()));
        assert_eq!(only(all()), Err(Kind::Usage));
    }
}
