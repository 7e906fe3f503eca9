//! `kmd key new`

use clap::Args;

use crate::Result;
use crate::addresses::Addresses;
use crate::context::Context;
use crate::generate::{at_least_one_key, generate};
use crate::unlock::WalletArgs;

/// Generate keys
///
/// Generates keys, which follow from the master derivation key of the wallet,
/// and prints their addresses: up to 64 in the order in which they follow, more
/// in any order.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"addresses\": []}")]
pub struct New {
    /// How many: 1 to 1,000,000
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = at_least_one_key)]
    count: u64,

    #[command(flatten)]
    wallet: WalletArgs,
}

impl New {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let open = self.wallet.unlock(context)?;
        let addresses = generate(&open, self.count, context)?;
        context.output.print(&Addresses::new(&open.wallet, &addresses, ""))
    }
}
