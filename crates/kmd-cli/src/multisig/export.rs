//! `kmd multisig export`

use clap::Args;
use kmd_algorand::Address;
use serde::Serialize;

use crate::address::argument;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::unlock::WalletArgs;
use crate::{Error, Result};

/// Show the members of a multisig address
///
/// Shows what a multisig address stands for: how many of which members must
/// sign. None of it is secret.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\", \"version\", \"threshold\", \"members\": []}")]
pub struct Export {
    /// The multisig address
    #[arg(value_parser = argument)]
    address: Address,

    #[command(flatten)]
    wallet: WalletArgs,
}

impl Export {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let open = self.wallet.unlock(context)?;
        let preimage = open
            .client
            .export_multisig(&open.handle, self.address)
            .map_err(|error| {
                let failed = format!(
                    "the wallet {} cannot show the members of {}",
                    open.wallet.name, self.address
                );
                Error::from(error).while_doing(failed)
            })?;
        let members = preimage.keys().iter().copied().map(Address::from);
        context.output.print(&Members {
            address: self.address.to_string(),
            version: preimage.version(),
            threshold: preimage.threshold(),
            members: members.map(|member| member.to_string()).collect(),
        })
    }
}

#[derive(Serialize)]
struct Members {
    address: String,
    version: u8,
    threshold: u8,
    members: Vec<String>,
}

impl Report for Members {
    fn write(&self, page: &mut Page) {
        let Self { threshold, members, .. } = self;
        page.line(format_args!("{threshold} of these {} must sign:", members.len()));
        for member in members {
            page.line(member);
        }
    }
}
