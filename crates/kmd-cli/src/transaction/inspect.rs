//! `kmd inspect`

use std::path::PathBuf;

use clap::Args;

use super::file::read_transactions;
use super::listing::Listing;
use crate::Result;
use crate::context::Context;

/// Show in words what the transactions of a file would do, and who has signed
///
/// Shows every field of every transaction, from the bytes that are signed, and
/// the state of its signature and its group. What deserves a second look is
/// marked with !, and in red at a terminal. No daemon is asked.
#[derive(Args)]
#[command(
    after_long_help = "JSON: {\"transactions\": [{\"number\", \"id\", \"description\", \"sender\", \"fields\": {}, \"signature\": {}, \"dangers\": [{\"code\", \"meaning\", \"what\", \"value\"}], \"offset\", \"bare\"}], \"groups\": [{\"id\", \"transactions\": [], \"state\"}]}; fields have the names of the format, addresses as text, bytes in base64"
)]
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
