//! `kmd wallet verify`

use clap::Args;
use kmd_api::v2::{VerifyWalletResponse, WalletProblem};
use serde::Serialize;

use super::{OneWalletArgs, Summary, failed_to};
use crate::context::Context;
use crate::output::{Page, Report};
use crate::{Error, Kind, Result};

/// Check everything in a wallet
///
/// Checks that the database is sound, that each key can be decrypted and belongs
/// to its address, and that generated keys follow from the master derivation
/// key. Changes nothing.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}, \"generated_keys\", \"imported_keys\", \"multisigs\", \"highest_index\",
\"problem_count\", \"problems\": [{\"code\", \"message\", \"table\", \"row\", \"address\", \"index\"}]}; at most 100 problems are
shown. With a problem it fails with exit code 9.")]
pub struct Verify {
    #[command(flatten)]
    wallet: OneWalletArgs,
}

impl Verify {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallet = self.wallet.find(context)?;
        let password = self.wallet.password(context, &wallet)?;
        let progress = context.output.progress("checking");
        let found = context
            .client()?
            .verify_wallet(&wallet.id, password.expose())
            .map_err(failed_to("check", &wallet.name))?;
        drop(progress);
        let problems = found.problem_count;
        context.output.print(&Verified {
            wallet: Summary::from(&wallet),
            found,
        })?;
        if problems == 0 {
            return Ok(());
        }
        let message = format!("the wallet {} is damaged", wallet.name);
        Err(Error::new(Kind::CheckFailed, message)
            .hint("keys that can be read can be exported: kmd key export; a backup, or the 25 words of the wallet, bring back others"))
    }
}

#[derive(Serialize)]
struct Verified {
    wallet: Summary,
    #[serde(flatten)]
    found: VerifyWalletResponse,
}

impl Report for Verified {
    fn write(&self, page: &mut Page) {
        let found = &self.found;
        page.fields([
            ("Name", &self.wallet.name),
            ("Generated keys", &found.generated_keys.to_string()),
            ("Imported keys", &found.imported_keys.to_string()),
            ("Multisig addresses", &found.multisigs.to_string()),
            ("Problems", &found.problem_count.to_string()),
        ]);
        for problem in &found.problems {
            page.line(format_args!("  {}: {}", place(problem), problem.message));
        }
    }
}

/// Where it is, as precisely as that is known.
fn place(problem: &WalletProblem) -> String {
    match (&problem.address, problem.row) {
        (Some(address), _) => format!("{} {address}", problem.table),
        (None, Some(row)) => format!("{} row {row}", problem.table),
        (None, None) => problem.table.clone(),
    }
}
