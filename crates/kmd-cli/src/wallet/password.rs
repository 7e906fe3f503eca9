//! `kmd wallet password`

use clap::Args;
use kmd_client::Scrypt;
use serde::Serialize;

use super::{OneWalletArgs, Summary};
use crate::Result;
use crate::ask::NewPasswordArgs;
use crate::context::Context;
use crate::output::{Page, Report};

/// Change the password of a wallet
///
/// All keys stay. Programs that have the wallet open must unlock it again.
/// Whoever has an older copy of the file still opens that with the old password.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}}")]
pub struct ChangePassword {
    #[command(flatten)]
    wallet: OneWalletArgs,

    #[command(flatten)]
    new_password: NewPasswordArgs,
}

impl ChangePassword {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallet = self.wallet.find(context)?;
        let old = self.wallet.password(context, &wallet)?;
        let new = self.new_password.password(context, &wallet.name)?;
        let progress = context.output.progress("changing the password");
        context
            .client()?
            .change_password(&wallet.id, old.expose(), new.expose(), Scrypt::default())?;
        drop(progress);
        context.output.print(&Changed {
            wallet: Summary::from(&wallet),
        })
    }
}

#[derive(Serialize)]
struct Changed {
    wallet: Summary,
}

impl Report for Changed {
    fn write(&self, page: &mut Page) {
        page.line(format_args!("Changed the password of the wallet {}.", self.wallet.name));
    }
}
