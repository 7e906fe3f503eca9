//! `kmd key`

mod delete;
mod export;
mod import;
mod list;
mod new;

use clap::Subcommand;

use crate::Result;
use crate::context::Context;

/// Commands on keys.
#[derive(Subcommand)]
pub enum Command {
    /// Generate keys
    New(new::New),
    /// List the addresses of a wallet's keys
    List(list::List),
    /// Bring a key into a wallet
    Import(import::Import),
    /// Show the 25 words of a key
    Export(export::Export),
    /// Delete keys for good
    Delete(delete::Delete),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::New(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Import(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Delete(command) => command.run(context),
        }
    }
}
