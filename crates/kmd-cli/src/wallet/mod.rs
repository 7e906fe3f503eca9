//! `kmd wallet`

mod backup;
mod create;
mod export_mdk;
mod info;
mod list;
mod password;
mod recover;
mod rename;
mod restore;
mod verify;

use clap::{Args, Subcommand};
use kmd_api::Password;
use kmd_api::v1::Wallet;
use serde::Serialize;

use crate::ask::PasswordArgs;
use crate::context::Context;
use crate::unlock::{OpenWallet, find};
use crate::{Error, Kind, Result};

/// Commands on wallets.
#[derive(Subcommand)]
pub(crate) enum Command {
    List(list::List),
    Create(create::Create),
    Info(info::Info),
    Rename(rename::Rename),
    Password(password::ChangePassword),
    Verify(verify::Verify),
    Backup(backup::Backup),
    Restore(restore::Restore),
    ExportMdk(export_mdk::ExportMdk),
    Recover(recover::Recover),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List(command) => command.run(context),
            Self::Create(command) => command.run(context),
            Self::Info(command) => command.run(context),
            Self::Rename(command) => command.run(context),
            Self::Password(command) => command.run(context),
            Self::Verify(command) => command.run(context),
            Self::Backup(command) => command.run(context),
            Self::Restore(command) => command.run(context),
            Self::ExportMdk(command) => command.run(context),
            Self::Recover(command) => command.run(context),
        }
    }
}

/// What reports say of a wallet.
#[derive(Serialize)]
struct Summary {
    name: String,
    id: String,
    driver: String,
}

impl From<&Wallet> for Summary {
    fn from(wallet: &Wallet) -> Self {
        Self {
            name: wallet.name.clone(),
            id: wallet.id.clone(),
            driver: wallet.driver_name.clone().into_owned(),
        }
    }
}

/// Which wallet, for commands that are about one, and its password.
#[derive(Args)]
struct OneWalletArgs {
    /// The wallet, by name or id; may be left out when there is only one
    #[arg(value_name = "WALLET")]
    name: Option<String>,

    #[command(flatten)]
    password: PasswordArgs,
}

impl OneWalletArgs {
    fn find(&self, context: &Context) -> Result<Wallet> {
        find(context, self.name.as_deref())
    }

    fn password(&self, context: &Context, wallet: &Wallet) -> Result<Password> {
        self.password.password(context, &wallet.name)
    }

    fn unlock<'a>(&self, context: &'a Context) -> Result<OpenWallet<'a>> {
        let wallet = self.find(context)?;
        let password = self.password(context, &wallet)?;
        OpenWallet::unlock(context, wallet, password)
    }
}

/// Puts what was wanted in front of what the daemon says.
fn failed_to(action: &str, wallet_name: &str) -> impl Fn(kmd_client::Error) -> Error {
    let message = format!("cannot {action} the wallet {wallet_name}");
    move |error| Error::from(error).while_doing(message.as_str())
}

/// Says that a name is taken before anybody types a password for it. The daemon decides.
fn refuse_taken(context: &Context, name: &str) -> Result<()> {
    let wallets = context.client()?.list_wallets()?;
    if wallets.iter().any(|wallet| wallet.name == name) {
        return Err(
            Error::new(Kind::Refused, format!("there is a wallet named {name} already"))
                .hint("choose another name; `kmd wallet list` shows those that are taken"),
        );
    }
    Ok(())
}
