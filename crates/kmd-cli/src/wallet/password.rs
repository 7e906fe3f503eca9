//! `kmd wallet password`

use clap::Args;
use kmd_client::Scrypt;
use serde::Serialize;

use super::{OneWalletArgs, Summary, failed_to};
use crate::Result;
use crate::ask::NewPasswordArgs;
use crate::context::Context;
use crate::output::{Page, Report};

/// Change the password of a wallet
///
/// All keys stay. Programs that have the wallet open must unlock it again.
/// Whoever has an older copy of the file still opens that with the old password.
///
/// Also changes what guessing the password costs, and each unlocking with it:
/// give the same password again to change only that.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}}")]
pub struct ChangePassword {
    #[command(flatten)]
    wallet: OneWalletArgs,

    #[command(flatten)]
    new_password: NewPasswordArgs,

    #[command(flatten)]
    cost: CostArgs,
}

/// What guessing costs, under the names of the settings that count for new wallets.
#[derive(Args)]
struct CostArgs {
    /// Cost of the password work: a power of two, at least 32768 [default: as configured]
    ///
    /// Twice as much takes twice the time and memory, of whoever guesses and of
    /// each unlocking. The setting is drivers.sqlite.scrypt.scrypt_n.
    #[arg(long, value_name = "N", value_parser = power_of_two)]
    scrypt_n: Option<u64>,

    /// Its block size: at least 1 [default: as configured]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    scrypt_r: Option<u32>,

    /// Its parallelism: at least 32 [default: as configured]
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u32).range(1..))]
    scrypt_p: Option<u32>,
}

impl CostArgs {
    /// For the daemon, 0 is as configured. What is too weak or too costly it knows by its settings.
    fn scrypt(&self) -> Scrypt {
        Scrypt {
            n: self.scrypt_n.unwrap_or_default(),
            r: self.scrypt_r.unwrap_or_default(),
            p: self.scrypt_p.unwrap_or_default(),
        }
    }
}

fn power_of_two(text: &str) -> std::result::Result<u64, String> {
    let number: u64 = text
        .parse()
        .map_err(|error: std::num::ParseIntError| error.to_string())?;
    if number > 1 && number.is_power_of_two() {
        return Ok(number);
    }
    Err("scrypt takes powers of two only, such as 65536 or 131072".to_owned())
}

impl ChangePassword {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallet = self.wallet.find(context)?;
        let old = self.wallet.password(context, &wallet)?;
        let new = self.new_password.password(context, &wallet.name)?;
        let progress = context.output.progress("changing the password");
        context
            .client()?
            .change_password(&wallet.id, old.expose(), new.expose(), self.cost.scrypt())
            .map_err(failed_to("change the password of", &wallet.name))?;
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
