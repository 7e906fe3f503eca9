//! `kmd wallet restore`

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use kmd_api::v1::Wallet;
use kmd_api::v2::VerifyWalletResponse;
use serde::Serialize;

use super::Summary;
use super::backup::{contents, damage};
use crate::ask::PasswordArgs;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::{Error, Result};

/// For a name that is taken. Whether by the wallet of the backup, only the daemon can see.
const WHERE_IT_IS_THE_SAME: &str =
    "if it is the wallet that was backed up, it is not replaced: move its file out of the wallets folder first";

/// Make a wallet of a backup
///
/// Takes a backup from the daemon's folder of backups (`backups` in the data
/// directory, unless configured elsewhere); put one that lies elsewhere there
/// first. The password is the one of the time of the backup. Never replaces a
/// wallet.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}, \"verification\": {…}}; verification as of kmd wallet verify")]
pub struct Restore {
    /// The file's name in the folder of backups, without the folder
    file_name: String,

    /// Another name for the wallet than that in the backup: 1 to 64 bytes
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name: Option<String>,

    #[command(flatten)]
    password: PasswordArgs,
}

impl Restore {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let client = context.client()?;
        // Whether the name in the backup is taken, only the daemon can see.
        if let Some(name) = &self.name {
            super::refuse_taken(context, name).map_err(|error| error.hint(WHERE_IT_IS_THE_SAME))?;
        }
        let whose = format!("in the backup {}", self.file_name);
        let password = self.password.password(context, &whose)?;
        let progress = context.output.progress("restoring");
        let restored = client
            .restore_wallet(
                &self.file_name,
                self.name.as_deref().unwrap_or_default(),
                password.expose(),
            )
            .map_err(|error| Error::from(error).while_doing(format!("cannot restore the backup {}", self.file_name)))?;
        drop(progress);
        context
            .output
            .print(&Restored::new(&restored.wallet, restored.verification))
    }
}

#[derive(Serialize)]
struct Restored {
    wallet: Summary,
    verification: VerifyWalletResponse,
}

impl Restored {
    fn new(wallet: &Wallet, verification: VerifyWalletResponse) -> Self {
        Self {
            wallet: Summary::from(wallet),
            verification,
        }
    }
}

impl Report for Restored {
    fn write(&self, page: &mut Page) {
        page.line(format_args!("Restored the wallet {}.", self.wallet.name));
        page.line(contents(&self.verification));
    }

    fn remark(&self) -> Option<String> {
        damage(&self.verification)
    }
}
