//! `kmd address multisig`

use clap::Args;
use kmd_algorand::{Address, MultisigPreimage, PublicKey};

use super::Computed;
use super::convert::address_of;
use crate::context::Context;
use crate::{Error, Kind, Result};

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
        let keys = members.into_iter().map(PublicKey::from).collect();
        let preimage = MultisigPreimage::new(self.multisig_version, self.threshold, keys)
            .map_err(|error| Error::new(Kind::Invalid, "there is no such multisig address").because(error))?;
        context.output.print(&Computed::new(preimage.address()))
    }
}
