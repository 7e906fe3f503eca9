//! `kmd key delete`

use clap::Args;
use kmd_algorand::Address;
use kmd_client::Client;

use crate::Result;
use crate::address::argument;
use crate::addresses::Deletion;
use crate::ask::YesArgs;
use crate::context::Context;
use crate::unlock::WalletArgs;

/// Delete keys for good
///
/// Deletes keys for good. A generated key cannot be generated again in the same
/// wallet; it comes back from its 25 words, or from those of the wallet.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"deleted\": []}")]
pub struct Delete {
    /// Whose keys
    #[arg(required = true, value_name = "ADDRESS", value_parser = argument)]
    addresses: Vec<Address>,

    #[command(flatten)]
    wallet: WalletArgs,

    #[command(flatten)]
    yes: YesArgs,
}

impl Delete {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let count = self.addresses.len();
        Deletion {
            wallet: self.wallet,
            yes: self.yes,
            addresses: self.addresses,
            question: &|wallet| match count {
                1 => format!("Delete this key from the wallet {wallet} for good?"),
                count => format!("Delete these {count} keys from the wallet {wallet} for good?"),
            },
            there: Client::list_keys,
            delete: Client::delete_key,
            absent: |wallet, address| {
                let message = format!("the wallet {wallet} has no key of {address}");
                (message, "nothing was deleted; `kmd key list` shows its keys")
            },
        }
        .carry_out(context)
    }
}
