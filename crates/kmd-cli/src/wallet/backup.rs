//! `kmd wallet backup`

use clap::Args;
use kmd_api::v2::{BackUpWalletResponse, VerifyWalletResponse};
use serde::Serialize;

use super::{OneWalletArgs, Summary, failed_to};
use crate::Result;
use crate::context::Context;
use crate::output::{Page, Report};
use crate::phrase::count;

/// Back a wallet up, also while it is in use
///
/// The daemon writes a copy into its folder of backups and checks everything in
/// it. The copy is a wallet file, encrypted like the wallet: copy it to another
/// disk. It opens with the password that the wallet has now.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}, \"path\", \"verification\": {…}}; verification as of kmd wallet verify")]
pub struct Backup {
    #[command(flatten)]
    wallet: OneWalletArgs,

    /// The name of the backup; by default the wallet's id and the time
    ///
    /// Up to 128 letters, digits, dots, underscores and hyphens, the first a letter
    /// or digit. No backup is ever replaced.
    #[arg(long, value_name = "FILE_NAME")]
    file_name: Option<String>,
}

impl Backup {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallet = self.wallet.find(context)?;
        let password = self.wallet.password(context, &wallet)?;
        let file_name = self.file_name.unwrap_or_else(|| name_by_time(&wallet.id));
        let progress = context.output.progress("backing up");
        let made = context
            .client()?
            .back_up_wallet(&wallet.id, password.expose(), &file_name)
            .map_err(failed_to("back up", &wallet.name))?;
        drop(progress);
        context.output.print(&BackedUp {
            wallet: Summary::from(&wallet),
            made,
        })
    }
}

/// Sorts by time. A name, unlike an id, may hold what a file name must not.
fn name_by_time(wallet_id: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!("{wallet_id}-{}.db", now.unwrap_or_default().as_secs())
}

#[derive(Serialize)]
struct BackedUp {
    wallet: Summary,
    #[serde(flatten)]
    made: BackUpWalletResponse,
}

impl Report for BackedUp {
    fn write(&self, page: &mut Page) {
        page.line(format_args!(
            "Backed the wallet {} up to {}.",
            self.wallet.name, self.made.path
        ));
        page.line(contents(&self.made.verification));
    }

    fn remark(&self) -> Option<String> {
        damage(&self.made.verification)
    }
}

/// What was found in a copy.
pub(super) fn contents(found: &VerifyWalletResponse) -> String {
    format!(
        "It holds {}, {} and {}.",
        count(found.generated_keys, "generated key"),
        count(found.imported_keys, "imported key"),
        count(found.multisigs, "multisig address")
    )
}

pub(super) fn damage(found: &VerifyWalletResponse) -> Option<String> {
    let warning = "kmd: the wallet is damaged, and the copy with it; `kmd wallet verify` shows where";
    (found.problem_count > 0).then(|| warning.to_owned())
}
