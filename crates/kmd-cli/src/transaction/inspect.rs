//! `kmd inspect`

use std::path::PathBuf;

use clap::Args;

use super::file::read_transactions;
use super::listing::Listing;
use crate::Result;
use crate::context::Context;

/// Show in words what the transactions of a file would do, and who has signed
#[derive(Args)]
pub struct Inspect {
    /// Transactions in msgpack, as `goal clerk` and the SDKs write them; - reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Inspect {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        context.output.print(&Listing::new(read_transactions(&self.file)?)?)
    }
}
