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
pub(crate) enum Command {
    Import(import::Import),
    List(list::List),
    Export(export::Export),
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
