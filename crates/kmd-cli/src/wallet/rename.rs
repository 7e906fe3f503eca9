//! `kmd wallet rename`

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde::Serialize;

use super::{Summary, failed_to};
use crate::Result;
use crate::ask::PasswordArgs;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::unlock::find;

/// Give a wallet another name
///
/// Its id stays, and so does the name of its file.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}, \"old_name\"}")]
pub struct Rename {
    /// The wallet, by name or id
    wallet: String,

    /// Its new name: 1 to 64 bytes
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    new_name: String,

    #[command(flatten)]
    password: PasswordArgs,
}

impl Rename {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallet = find(context, Some(&self.wallet))?;
        super::refuse_taken(context, &self.new_name)?;
        let password = self.password.password(context, &wallet.name)?;
        let renamed = context
            .client()?
            .rename_wallet(&wallet.id, &self.new_name, password.expose())
            .map_err(failed_to("rename", &wallet.name))?;
        context.output.print(&Renamed {
            wallet: Summary::from(&renamed),
            old_name: wallet.name,
        })
    }
}

#[derive(Serialize)]
struct Renamed {
    wallet: Summary,
    old_name: String,
}

impl Report for Renamed {
    fn write(&self, page: &mut Page) {
        page.line(format_args!(
            "The wallet {} is now named {}.",
            self.old_name, self.wallet.name
        ));
    }
}
