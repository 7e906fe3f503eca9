//! All commands.

use clap::Subcommand;

use crate::context::Context;
use crate::{Result, address, completions, config, doctor, key, man, mnemonic, multisig, status, transaction, wallet};

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make, list, back up and restore wallets
    #[command(subcommand)]
    Wallet(wallet::Command),
    /// Make, list, import, export and delete keys
    #[command(subcommand)]
    Key(key::Command),
    /// Accounts of several keys, of which some number must sign
    #[command(subcommand)]
    Multisig(multisig::Command),
    Inspect(transaction::Inspect),
    Sign(transaction::Sign),
    SignProgram(transaction::SignProgram),
    Verify(transaction::Verify),
    /// Work out and check addresses, without a daemon
    #[command(subcommand)]
    Address(address::Command),
    /// Check 25 words, and turn them into key files and back, without a daemon
    #[command(subcommand)]
    Mnemonic(mnemonic::Command),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(config::Command),
    Status(status::Status),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Whether what the command works on comes from standard input, so that no answer can.
    pub(crate) fn reads_standard_input(&self) -> bool {
        match self {
            Self::Sign(command) => command.reads_standard_input(),
            Self::SignProgram(command) => command.reads_standard_input(),
            // The others ask nothing, or read nothing but answers.
            _ => false,
        }
    }

    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Wallet(command) => command.run(context),
            Self::Key(command) => command.run(context),
            Self::Multisig(command) => command.run(context),
            Self::Inspect(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::SignProgram(command) => command.run(context),
            Self::Verify(command) => command.run(context),
            Self::Address(command) => command.run(context),
            Self::Mnemonic(command) => command.run(context),
            Self::Config(command) => command.run(context),
            Self::Status(command) => command.run(context),
            Self::Doctor(command) => command.run(context),
            Self::Completions(command) => command.run(context),
            Self::Man(command) => command.run(context),
        }
    }
}
