//! `kmd multisig import`

use clap::Args;
use kmd_algorand::{Address, MultisigPreimage, PublicKey};
use serde::Serialize;

use crate::context::Context;
use crate::output::{Page, Report};
use crate::unlock::WalletArgs;
use crate::{Error, Kind, Result};

/// The only version that there is.
const VERSION: u8 = 1;

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
    #[arg(required = true, value_name = "ADDRESS")]
    members: Vec<Address>,

    #[command(flatten)]
    wallet: WalletArgs,
}

impl Import {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let keys = self.members.iter().copied().map(PublicKey::from).collect();
        let preimage = MultisigPreimage::new(VERSION, self.threshold, keys)
            .map_err(|error| Error::new(Kind::Invalid, "there is no such multisig address").because(error))?;
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
