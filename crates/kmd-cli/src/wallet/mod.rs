//! `kmd wallet`

mod list;

use clap::Subcommand;

use crate::Result;
use crate::context::Context;

/// Commands on wallets.
#[derive(Subcommand)]
pub enum Command {
    /// List the wallets
    List(list::List),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List(command) => command.run(context),
        }
    }
}
