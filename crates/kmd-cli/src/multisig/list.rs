//! `kmd multisig list`

use clap::Args;

use crate::Result;
use crate::addresses::Addresses;
use crate::context::Context;
use crate::unlock::WalletArgs;

/// List the multisig addresses of a wallet
///
/// Lists the multisig addresses that were imported.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"addresses\": []}")]
pub struct List {
    #[command(flatten)]
    wallet: WalletArgs,
}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let open = self.wallet.unlock(context)?;
        let addresses = open.client.list_multisig(&open.handle)?;
        let none = "There is no multisig address in the wallet. This brings one in: kmd multisig import";
        context.output.print(&Addresses::new(&open.wallet, &addresses, none))
    }
}
