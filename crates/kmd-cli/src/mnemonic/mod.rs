//! `kmd mnemonic`: the 25 words of a key, and files of keys as algokey has them. No daemon is asked.
//!
//! The words and keys are secrets. They come from the terminal, from standard input or from a file,
//! never from the command line, and are shown only where that was asked for.

mod check;
mod from_key;
mod to_key;
mod words;

use clap::Subcommand;

use crate::Result;
use crate::context::Context;

/// Commands on mnemonics.
#[derive(Subcommand)]
pub enum Command {
    Check(check::Check),
    ToKey(to_key::ToKey),
    FromKey(from_key::FromKey),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Check(command) => command.run(context),
            Self::ToKey(command) => command.run(context),
            Self::FromKey(command) => command.run(context),
        }
    }
}
