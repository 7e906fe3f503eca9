//! `kmd key export`

use std::path::PathBuf;

use clap::Args;
use kmd_algorand::Address;

use crate::address::argument;
use crate::context::Context;
use crate::unlock::WalletArgs;
use crate::words::{Owner, Words};
use crate::{Error, Kind, Result};

/// Show the 25 words of a key
///
/// Shows the 25 words of a key. Whoever knows them can spend from its account.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\", \"words\"}; with --output {\"address\", \"file\"}")]
pub struct Export {
    /// Whose key
    #[arg(value_parser = argument)]
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
            .export_key(&open.handle, open.password.expose(), self.address)
            .map_err(|error| {
                let failed = format!(
                    "cannot export the key of {} from the wallet {}",
                    self.address, open.wallet.name
                );
                Error::from(error).while_doing(failed)
            })?;
        let seed = key
            .expose()
            .first_chunk()
            .ok_or_else(|| Error::new(Kind::Other, "the daemon's key has not 64 bytes"))?;
        let words = Words::of(seed);
        words.give(context, Owner::Address(self.address.to_string()), self.output)
    }
}
