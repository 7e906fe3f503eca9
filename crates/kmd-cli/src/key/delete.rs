//! `kmd key delete`

use clap::Args;
use kmd_algorand::Address;

use crate::addresses::Deleted;
use crate::ask::YesArgs;
use crate::context::Context;
use crate::unlock::WalletArgs;
use crate::{Error, Kind, Result};

/// Delete keys for good
///
/// Deletes keys for good. A generated key cannot be generated again in the same
/// wallet; it comes back from its 25 words, or from those of the wallet.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"deleted\": []}")]
pub struct Delete {
    /// Whose keys
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<Address>,

    #[command(flatten)]
    wallet: WalletArgs,

    #[command(flatten)]
    yes: YesArgs,
}

impl Delete {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallet = self.wallet.find(context)?;
        for address in &self.addresses {
            context.output.note(&address.to_string());
        }
        let question = match self.addresses.len() {
            1 => format!("Delete this key from the wallet {} for good?", wallet.name),
            count => format!("Delete these {count} keys from the wallet {} for good?", wallet.name),
        };
        context.ask.confirm(&question, self.yes.consent())?;

        let open = self.wallet.unlock_found(context, wallet)?;
        let there = open.client.list_keys(&open.handle)?;
        if let Some(absent) = self.addresses.iter().find(|address| !there.contains(address)) {
            let message = format!("the wallet {} has no key of {absent}", open.wallet.name);
            return Err(Error::new(Kind::NotFound, message).hint("nothing was deleted; `kmd key list` shows its keys"));
        }
        for address in &self.addresses {
            open.client.delete_key(&open.handle, open.password.expose(), *address)?;
        }
        context.output.print(&Deleted::new(&open.wallet, &self.addresses))
    }
}
