//! `kmd multisig delete`

use clap::Args;
use kmd_algorand::Address;

use crate::addresses::Deleted;
use crate::ask::YesArgs;
use crate::context::Context;
use crate::unlock::WalletArgs;
use crate::{Error, Kind, Result};

/// Make a wallet forget multisig addresses
///
/// Makes a wallet forget multisig addresses. The members' keys stay, and an
/// address can be imported again.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"deleted\": []}")]
pub struct Delete {
    /// The multisig addresses
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
            1 => format!("Make the wallet {} forget this multisig address?", wallet.name),
            count => format!(
                "Make the wallet {} forget these {count} multisig addresses?",
                wallet.name
            ),
        };
        context.ask.confirm(&question, self.yes.consent())?;

        let open = self.wallet.unlock_found(context, wallet)?;
        let there = open.client.list_multisig(&open.handle)?;
        if let Some(absent) = self.addresses.iter().find(|address| !there.contains(address)) {
            let message = format!("the wallet {} does not know {absent}", open.wallet.name);
            return Err(Error::new(Kind::NotFound, message).hint("nothing was deleted; see `kmd multisig list`"));
        }
        for address in &self.addresses {
            open.client
                .delete_multisig(&open.handle, open.password.expose(), *address)?;
        }
        context.output.print(&Deleted::new(&open.wallet, &self.addresses))
    }
}
