//! `kmd key export`

use std::path::PathBuf;

use clap::Args;
use kmd_algorand::Address;
use serde::Serialize;

use crate::context::Context;
use crate::output::{Page, Report};
use crate::unlock::WalletArgs;
use crate::words::Words;
use crate::{Error, Kind, Result};

/// Show the 25 words of a key
///
/// Shows the 25 words of a key. Whoever knows them can spend from its account.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\", \"words\"}; with --output {\"address\", \"file\"}")]
pub struct Export {
    /// Whose key
    address: Address,

    /// Write the words to a new file that only you can read
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    wallet: WalletArgs,
}

impl Export {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let open = self.wallet.unlock(context)?;
        let key = open
            .client
            .export_key(&open.handle, open.password.expose(), self.address)?;
        let seed = key
            .expose()
            .first_chunk()
            .ok_or_else(|| Error::new(Kind::Other, "the daemon's key has not 64 bytes"))?;
        let words = Words::of(seed);
        let address = self.address.to_string();
        match self.output {
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
        let Self { address, file } = self;
        page.line(format_args!("Wrote the words of {address} to {}.", file.display()));
    }
}
