//! `kmd address`: what addresses are made of. No daemon is asked.

mod convert;
mod of_application;
mod of_multisig;
mod of_program;
mod typo;

use clap::Subcommand;
use kmd_algorand::{Address, AddressError};
use serde::Serialize;

use crate::Result;
use crate::context::Context;
use crate::output::{Page, Report};

/// Commands on addresses.
#[derive(Subcommand)]
pub enum Command {
    Convert(convert::Convert),
    Multisig(of_multisig::OfMultisig),
    Application(of_application::OfApplication),
    Program(of_program::OfProgram),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Convert(command) => command.run(context),
            Self::Multisig(command) => command.run(context),
            Self::Application(command) => command.run(context),
            Self::Program(command) => command.run(context),
        }
    }
}

/// An address on the command line; where it is none, with what may be mistyped in it.
pub(crate) fn argument(text: &str) -> std::result::Result<Address, String> {
    text.parse().map_err(|error: AddressError| {
        let said = [error.to_string()].into_iter().chain(typo::hints(text));
        said.collect::<Vec<_>>().join("; ")
    })
}

/// An address as a result.
#[derive(Serialize)]
struct Computed {
    address: String,
}

impl Computed {
    fn new(address: Address) -> Self {
        Self {
            address: address.to_string(),
        }
    }
}

impl Report for Computed {
    fn write(&self, page: &mut Page) {
        page.line(&self.address);
    }
}
