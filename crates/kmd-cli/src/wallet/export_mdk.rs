//! `kmd wallet export-mdk`

use std::path::PathBuf;

use clap::Args;

use super::OneWalletArgs;
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::words::{Owner, Words};

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
        words.give(context, Owner::Wallet(open.wallet.name.clone()), self.output)
    }
}
