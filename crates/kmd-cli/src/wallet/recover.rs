//! `kmd wallet recover`

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use kmd_algorand::Address;
use kmd_api::SecretBytes;
use kmd_crypto::MasterDerivationKey;
use serde::Serialize;

use super::{Summary, failed_to};
use crate::accounts::first_address;
use crate::ask::{FirstPasswordArgs, YesArgs, words_of_file};
use crate::context::Context;
use crate::generate::{count_of_keys, generate};
use crate::output::{Page, Report};
use crate::phrase::shell_word;
use crate::unlock::OpenWallet;
use crate::{Error, Kind, Result};

/// Make a wallet again from its 25 words
///
/// Makes a wallet from the 25 words that `kmd wallet export-mdk` showed. Its
/// keys are generated again with --keys, or later with `kmd key new`.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\": {\"name\", \"id\", \"driver\"}, \"addresses\": []}")]
pub struct Recover {
    /// Its name: 1 to 64 bytes
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    name: String,

    /// Read the words from a file
    ///
    /// Without it: asked for on the terminal, or taken from lines of standard
    /// input where that is no terminal.
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,

    /// Generate the first N keys again: as many as the wallet had, up to 1,000,000
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count_of_keys)]
    keys: u64,

    #[command(flatten)]
    password: FirstPasswordArgs,

    #[command(flatten)]
    yes: YesArgs,
}

impl Recover {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        super::refuse_taken(context, &self.name)?;
        let key = self.master_derivation_key(context)?;
        let first = first_address(&key);
        context
            .output
            .note(&format!("The first key of these words is that of {first}."));
        let question = format!("Make the wallet {}?", self.name);
        context.ask.confirm(&question, self.yes.consent())?;
        let password = self.password.password(context, &self.name)?;

        let progress = context.output.progress("creating the wallet");
        let key = SecretBytes::new(key.expose());
        let wallet = context
            .client()?
            .recover_wallet(&self.name, password.expose(), key)
            .map_err(failed_to("recover", &self.name))?;
        drop(progress);
        let summary = Summary::from(&wallet);
        let addresses = match self.keys {
            0 => Vec::new(),
            count => generate(&OpenWallet::unlock(context, wallet, password)?, count, context)?,
        };
        context.output.print(&Recovered {
            wallet: summary,
            addresses: addresses.iter().map(Address::to_string).collect(),
        })
    }

    fn master_derivation_key(&self, context: &Context) -> Result<MasterDerivationKey> {
        let bytes = match &self.words_file {
            Some(file) => words_of_file(file)?,
            None => {
                let whose = format!("the wallet {}", self.name);
                context.ask.words(&whose, &context.output)?
            }
        };
        // The daemon takes 32 zero bytes for no key and would make a new one.
        if *bytes == [0; 32] {
            return Err(Error::new(
                Kind::Invalid,
                "these are the words of 32 zero bytes, which no wallet has",
            ));
        }
        Ok(MasterDerivationKey::from_fn(|key| *key = *bytes))
    }
}

#[derive(Serialize)]
struct Recovered {
    wallet: Summary,
    addresses: Vec<String>,
}

impl Report for Recovered {
    fn write(&self, page: &mut Page) {
        page.line(format_args!("Recovered the wallet {}.", self.wallet.name));
        for address in &self.addresses {
            page.line(address);
        }
    }

    fn remark(&self) -> Option<String> {
        let name = shell_word(&self.wallet.name);
        let next = format!("Next: `kmd key new -w {name} --count N` makes its first N keys again.");
        self.addresses.is_empty().then_some(next)
    }
}
