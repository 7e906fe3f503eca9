//! `kmd multisig delete`

use clap::Args;
use kmd_algorand::Address;
use kmd_client::Client;

use crate::Result;
use crate::address::argument;
use crate::addresses::Deletion;
use crate::ask::YesArgs;
use crate::context::Context;
use crate::unlock::WalletArgs;

/// Make a wallet forget multisig addresses
///
/// Makes a wallet forget multisig addresses. The members' keys stay, and an
/// address can be imported again.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"deleted\": []}")]
pub struct Delete {
    /// The multisig addresses
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
                1 => format!("Make the wallet {wallet} forget this multisig address?"),
                count => format!("Make the wallet {wallet} forget these {count} multisig addresses?"),
            },
            there: Client::list_multisig,
            delete: Client::delete_multisig,
            absent: |wallet, address| {
                let message = format!("the wallet {wallet} does not know {address}");
                (message, "nothing was deleted; see `kmd multisig list`")
            },
        }
        .carry_out(context)
    }
}
