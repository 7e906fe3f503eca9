//! `kmd mnemonic from-key`

use std::path::PathBuf;

use clap::Args;
use kmd_crypto::Seed;
use serde::Serialize;

use crate::Result;
use crate::accounts::address_of;
use crate::context::Context;
use crate::key::seed_of_file;
use crate::output::{Page, Report};
use crate::words::Words;

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
        let address = address_of(&Seed::from_fn(|seed| seed.copy_from_slice(&*bytes))).to_string();
        match self.to.output {
            None => context.output.print(&Shown { address, words }),
            Some(file) => {
                words.write_to(&file)?;
                context.output.print(&Written { address, file })
            }
        }
    }
}

#[derive(Serialize)]
struct Shown {
    address: String,
    words: Words,
}

impl Report for Shown {
    fn write(&self, page: &mut Page) {
        page.line(self.words.expose());
    }
}

#[derive(Serialize)]
struct Written {
    address: String,
    file: PathBuf,
}

impl Report for Written {
    fn write(&self, page: &mut Page) {
        page.line(format_args!(
            "Wrote the words of {} to {}.",
            self.address,
            self.file.display()
        ));
    }
}
