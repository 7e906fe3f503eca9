//! `kmd mnemonic to-key`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::words::WordsArgs;
use crate::accounts::address_of;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::{Result, new_file};

/// Write the key of 25 words to a file, as algokey does
///
/// Writes the key of 25 words to a new file that only you can read: 32 bytes, as
/// `algokey import -f` does.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\", \"file\"}")]
pub struct ToKey {
    /// The new file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    words: WordsArgs,
}

impl ToKey {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let seed = self.words.seed(context)?;
        new_file::write_secret(&self.output, "the key", &[seed.expose()])?;
        context.output.print(&Written {
            address: address_of(&seed).to_string(),
            file: self.output,
        })
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
            "Wrote the key of {} to {}.",
            self.address,
            self.file.display()
        ));
    }
}
