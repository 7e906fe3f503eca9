//! `kmd mnemonic check`

use clap::Args;
use serde::Serialize;

use super::words::WordsArgs;
use crate::Result;
use crate::accounts::address_of;
use crate::context::Context;
use crate::output::{Page, Report};

/// Check 25 words and show whose key they are
///
/// Checks 25 words and shows the address of their key. Says which words are none
/// and which were probably meant, and finds two neighbours that have changed
/// places. The words are not shown.
///
/// For the words of a whole wallet the address means nothing; the check does.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"address\"}")]
pub struct Check {
    #[command(flatten)]
    words: WordsArgs,
}

impl Check {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let address = address_of(&self.words.seed(context)?).to_string();
        context.output.print(&Checked { address })
    }
}

#[derive(Serialize)]
struct Checked {
    address: String,
}

impl Report for Checked {
    fn write(&self, page: &mut Page) {
        page.line(&self.address);
    }
}
