//! `kmd multisig`

mod delete;
mod export;
mod import;
mod list;

use clap::Subcommand;
use kmd_algorand::{Address, MultisigPreimage, PublicKey};

use crate::context::Context;
use crate::{Error, Kind, Result};

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

/// What a multisig address is made of, where there is such a one.
pub(crate) fn preimage(version: u8, threshold: u8, members: &[Address]) -> Result<MultisigPreimage> {
    let keys = members.iter().copied().map(PublicKey::from).collect();
    MultisigPreimage::new(version, threshold, keys)
        .map_err(|error| Error::new(Kind::Invalid, "there is no such multisig address").because(error))
}
