//! `kmd address program`

use std::path::PathBuf;

use clap::Args;
use kmd_algorand::program_address;

use super::Computed;
use crate::Result;
use crate::context::Context;
use crate::transaction::read_program;

/// Show the account that a program controls
///
/// Shows the account that a program controls by itself: the hash of the
/// program. goal shows the same as the hash of an application's programs.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\"}")]
pub struct OfProgram {
    /// The compiled program, as `goal clerk compile` writes it
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl OfProgram {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let program = read_program(&self.file)?;
        context.output.print(&Computed::new(program_address(&program)))
    }
}
