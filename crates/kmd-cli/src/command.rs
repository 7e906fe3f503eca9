//! All commands.

use clap::Subcommand;

use crate::context::Context;
use crate::{Result, key, multisig, status, wallet};

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Make, list, back up and restore wallets
    #[command(subcommand)]
    Wallet(wallet::Command),
    /// Make, list, import, export and delete keys
    #[command(subcommand)]
    Key(key::Command),
    /// Accounts of several keys, of which some number must sign
    #[command(subcommand)]
    Multisig(multisig::Command),
    /// Say whether a daemon runs, and where
    Status(status::Status),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Wallet(command) => command.run(context),
            Self::Key(command) => command.run(context),
            Self::Multisig(command) => command.run(context),
            Self::Status(command) => command.run(context),
        }
    }
}
