//! `kmd wallet create`

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde::Serialize;

use super::{Summary, failed_to};
use crate::Result;
use crate::ask::FirstPasswordArgs;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::phrase::shell_word;

/// Make a wallet
///
/// Makes a wallet with a new master derivation key, and no key in it yet.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}}")]
pub struct Create {
    /// Its name: 1 to 64 bytes
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    name: String,

    #[command(flatten)]
    password: FirstPasswordArgs,
}

impl Create {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        super::refuse_taken(context, &self.name)?;
        let password = self.password.password(context, &self.name)?;
        let progress = context.output.progress("creating the wallet");
        let wallet = context
            .client()?
            .create_wallet(&self.name, password.expose())
            .map_err(failed_to("create", &self.name))?;
        drop(progress);
        context.output.print(&Created {
            wallet: Summary::from(&wallet),
        })
    }
}

#[derive(Serialize)]
struct Created {
    wallet: Summary,
}

impl Report for Created {
    fn write(&self, page: &mut Page) {
        page.line(format_args!("Created the wallet {}.", self.wallet.name));
    }

    fn remark(&self) -> Option<String> {
        let name = shell_word(&self.wallet.name);
        Some(format!(
            "Next: `kmd key new -w {name}` makes an account; `kmd wallet export-mdk {name}` shows the words to write down."
        ))
    }
}
