//! `kmd address application`

use clap::Args;
use kmd_algorand::application_address;

use super::Computed;
use crate::Result;
use crate::context::Context;

/// Show the account of an application
///
/// Shows the account that holds what an application owns. It follows from the
/// application's number and has no key.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\"}")]
pub struct OfApplication {
    /// The application
    #[arg(value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    application: u64,
}

impl OfApplication {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        context
            .output
            .print(&Computed::new(application_address(self.application)))
    }
}
