//! `kmd key list`

use clap::Args;

use crate::Result;
use crate::addresses::Addresses;
use crate::context::Context;
use crate::phrase::shell_word;
use crate::unlock::WalletArgs;

/// List the addresses of a wallet's keys
///
/// Lists the addresses of all keys, generated and imported.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"addresses\": []}")]
pub struct List {
    #[command(flatten)]
    wallet: WalletArgs,
}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let open = self.wallet.unlock(context)?;
        let addresses = open.client.list_keys(&open.handle)?;
        let name = shell_word(&open.wallet.name);
        let none = format!("There is no key in the wallet yet. This makes one: kmd key new -w {name}");
        context.output.print(&Addresses::new(&open.wallet, &addresses, none))
    }
}
