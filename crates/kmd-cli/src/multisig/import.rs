//! `kmd multisig import`

use clap::Args;
use kmd_algorand::{Address, MultisigPreimage};
use serde::Serialize;

use super::preimage;
use crate::Result;
use crate::address::argument;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::unlock::WalletArgs;

/// Bring a multisig address into a wallet
///
/// Brings a multisig address into a wallet, so that the wallet knows whose
/// signatures it takes. The order of the members matters: another order is
/// another address.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"address\", \"threshold\", \"members\": []}")]
pub struct Import {
    /// How many members must sign
    #[arg(short = 'T', long, value_name = "N")]
    threshold: u8,

    /// The members, in order
    #[arg(required = true, value_name = "ADDRESS", value_parser = argument)]
    members: Vec<Address>,

    #[command(flatten)]
    wallet: WalletArgs,
}

impl Import {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let preimage = preimage(MultisigPreimage::VERSION, self.threshold, &self.members)?;
        let open = self.wallet.unlock(context)?;
        let address = open.client.import_multisig(&open.handle, &preimage)?;
        context.output.print(&Imported {
            wallet: open.wallet.name.clone(),
            address: address.to_string(),
            threshold: self.threshold,
            members: self.members.iter().map(Address::to_string).collect(),
        })
    }
}

#[derive(Serialize)]
struct Imported {
    wallet: String,
    address: String,
    threshold: u8,
    members: Vec<String>,
}

impl Report for Imported {
    fn write(&self, page: &mut Page) {
        let Self { wallet, address, .. } = self;
        page.line(format_args!("Imported {address} into the wallet {wallet}."));
    }
}
