//! `kmd mnemonic from-key`

use std::path::PathBuf;

use clap::Args;
use kmd_crypto::Seed;

use crate::Result;
use crate::accounts::address_of;
use crate::context::Context;
use crate::key::seed_of_file;
use crate::words::{Owner, Words};

/// Show the 25 words of a key file, or write them to a file
///
/// Shows the 25 words of a key file of algokey, or writes them to a file.
/// Whoever knows them can spend from its account.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\", \"words\"}; with --output {\"address\", \"file\"}")]
pub struct FromKey {
    /// The key: 32 or 64 bytes
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    to: To,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct To {
    /// Print the words
    #[arg(long)]
    show: bool,

    /// Write the words to a new file that only you can read
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl FromKey {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let bytes = seed_of_file(&self.file)?;
        let words = Words::of(&bytes);
        let address = address_of(&Seed::from_fn(|seed| seed.copy_from_slice(&*bytes)));
        words.give(context, Owner::Address(address.to_string()), self.to.output)
    }
}
