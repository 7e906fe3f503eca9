//! `kmd wallet export-mdk`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::OneWalletArgs;
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::{Page, Report};
use crate::words::Words;

/// Show the 25 words of a wallet
///
/// Shows the 25 words of the master derivation key. `kmd wallet recover` makes
/// the wallet and all its generated keys again from them; imported keys are not
/// among those.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"words\"}; with --output {\"wallet\", \"file\"}")]
pub struct ExportMdk {
    #[command(flatten)]
    wallet: OneWalletArgs,

    /// Write the words to a new file that only you can read
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl ExportMdk {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let open = self.wallet.unlock(context)?;
        let key = open.client.export_master_key(&open.handle, open.password.expose())?;
        let key = key
            .expose()
            .try_into()
            .map_err(|_| Error::new(Kind::Other, "the daemon's master derivation key has not 32 bytes"))?;
        let words = Words::of(key);
        let wallet = open.wallet.name.clone();
        match self.output {
            None => context.output.print(&Shown { wallet, words }),
            Some(file) => {
                words.write_to(&file)?;
                context.output.print(&Written { wallet, file })
            }
        }
    }
}

#[derive(Serialize)]
struct Shown {
    wallet: String,
    words: Words,
}

impl Report for Shown {
    fn write(&self, page: &mut Page) {
        page.line(self.words.expose());
    }
}

#[derive(Serialize)]
struct Written {
    wallet: String,
    file: PathBuf,
}

impl Report for Written {
    fn write(&self, page: &mut Page) {
        let Self { wallet, file } = self;
        page.line(format_args!(
            "Wrote the words of the wallet {wallet} to {}.",
            file.display()
        ));
    }
}
