//! `kmd wallet info`

use clap::Args;
use serde::Serialize;

use super::{OneWalletArgs, Summary};
use crate::Result;
use crate::context::Context;
use crate::output::{Page, Report};

/// Say what is in a wallet
///
/// Unlocks a wallet, which checks its password, and says what is in it.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}, \"keys\", \"multisig_addresses\"}")]
pub struct Info {
    #[command(flatten)]
    wallet: OneWalletArgs,
}

impl Info {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let open = self.wallet.unlock(context)?;
        context.output.print(&Contents {
            wallet: Summary::from(&open.wallet),
            keys: open.client.list_keys(&open.handle)?.len(),
            multisig_addresses: open.client.list_multisig(&open.handle)?.len(),
        })
    }
}

#[derive(Serialize)]
struct Contents {
    wallet: Summary,
    keys: usize,
    multisig_addresses: usize,
}

impl Report for Contents {
    fn write(&self, page: &mut Page) {
        page.fields([
            ("Name", &self.wallet.name),
            ("Id", &self.wallet.id),
            ("Driver", &self.wallet.driver),
            ("Keys", &self.keys.to_string()),
            ("Multisig addresses", &self.multisig_addresses.to_string()),
        ]);
    }
}
