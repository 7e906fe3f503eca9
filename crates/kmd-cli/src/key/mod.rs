//! `kmd key`

mod delete;
mod export;
mod import;
mod list;
mod new;

use clap::Subcommand;

pub(crate) use self::import::seed_of_file;

use crate::Result;
use crate::context::Context;

/// Commands on keys.
#[derive(Subcommand)]
pub(crate) enum Command {
    New(new::New),
    List(list::List),
    Import(import::Import),
    Export(export::Export),
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
