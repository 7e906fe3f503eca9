//! `kmd multisig`

mod delete;
mod export;
mod import;
mod list;

use clap::Subcommand;

use crate::Result;
use crate::context::Context;

/// Commands on multisig addresses.
#[derive(Subcommand)]
pub enum Command {
    /// Bring a multisig address into a wallet
    Import(import::Import),
    /// List the multisig addresses of a wallet
    List(list::List),
    /// Show the members of a multisig address
    Export(export::Export),
    /// Make a wallet forget multisig addresses
    Delete(delete::Delete),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Import(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Delete(command) => command.run(context),
        }
    }
}
