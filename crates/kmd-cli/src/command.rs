//! All commands.

use clap::Subcommand;

use crate::context::Context;
use crate::{Result, config, wallet};

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Make, list, back up and restore wallets
    #[command(subcommand)]
    Wallet(wallet::Command),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(config::Command),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Wallet(command) => command.run(context),
            Self::Config(command) => command.run(context),
        }
    }
}
