//! `kmd address multisig`

use clap::Args;
use kmd_algorand::{Address, MultisigPreimage};

use super::Computed;
use super::convert::address_of;
use crate::Result;
use crate::context::Context;
use crate::multisig::preimage;

/// Show the address of several keys, of which some number must sign
///
/// Shows the multisig address of these members. Their order matters: another
/// order is another address.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\"}")]
pub struct OfMultisig {
    /// How many members must sign
    #[arg(short = 'T', long, value_name = "N")]
    threshold: u8,

    /// The version; there is only 1
    #[arg(long, value_name = "N", default_value_t = MultisigPreimage::VERSION)]
    multisig_version: u8,

    /// The members, in order
    #[arg(required = true, value_name = "ADDRESS")]
    members: Vec<String>,
}

impl OfMultisig {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let members: Vec<Address> = self
            .members
            .iter()
            .map(|member| address_of(member))
            .collect::<Result<_>>()?;
        let preimage = preimage(self.multisig_version, self.threshold, &members)?;
        context.output.print(&Computed::new(preimage.address()))
    }
}
