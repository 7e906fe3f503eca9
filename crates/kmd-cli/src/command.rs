//! All commands.

use clap::Subcommand;

use crate::context::Context;
use crate::{Result, completions, config, doctor, key, man, multisig, status, transaction, wallet};

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
    /// Show in words what the transactions of a file would do, and who has signed
    Inspect(transaction::Inspect),
    /// Sign the transactions of a file
    Sign(transaction::Sign),
    /// Let a program spend from an account
    SignProgram(transaction::SignProgram),
    /// Check the signatures and groups of a file of transactions, without a daemon
    Verify(transaction::Verify),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Say whether a daemon runs, and where
    Status(status::Status),
    /// Look for what is wrong, and say what to do about it
    Doctor(doctor::Doctor),
    /// Print a script that completes commands in a shell
    Completions(completions::Completions),
    /// Print the manual page
    Man(man::Man),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Wallet(command) => command.run(context),
            Self::Key(command) => command.run(context),
            Self::Multisig(command) => command.run(context),
            Self::Inspect(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::SignProgram(command) => command.run(context),
            Self::Verify(command) => command.run(context),
            Self::Config(command) => command.run(context),
            Self::Status(command) => command.run(context),
            Self::Doctor(command) => command.run(context),
            Self::Completions(command) => command.run(context),
            Self::Man(command) => command.run(context),
        }
    }
}
