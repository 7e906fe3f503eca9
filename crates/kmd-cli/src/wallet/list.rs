//! `kmd wallet list`

use clap::Args;
use serde::Serialize;

use super::Summary;
use crate::Result;
use crate::context::Context;
use crate::output::{Page, Report, Table};

/// List the wallets
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallets\": [{\"name\", \"id\", \"driver\"}]}")]
pub struct List {}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallets = context.client()?.list_wallets()?;
        context.output.print(&Wallets {
            wallets: wallets.iter().map(Summary::from).collect(),
        })
    }
}

#[derive(Serialize)]
struct Wallets {
    wallets: Vec<Summary>,
}

impl Report for Wallets {
    fn write(&self, page: &mut Page) {
        let mut table = Table::new(["NAME", "ID"]);
        for wallet in &self.wallets {
            table.row([wallet.name.clone(), wallet.id.clone()]);
        }
        page.table(&table);
    }

    fn remark(&self) -> Option<String> {
        let none = "There is no wallet yet. This makes one: kmd wallet create NAME";
        self.wallets.is_empty().then(|| none.to_owned())
    }
}
