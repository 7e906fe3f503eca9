//! `kmd wallet list`

use clap::Args;
use kmd_api::v1::Wallet;
use serde::Serialize;

use crate::Result;
use crate::context::Context;
use crate::output::{Page, Report, Table};

/// The arguments: none.
#[derive(Args)]
pub struct List {}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallets = context.client()?.list_wallets()?;
        let wallets = wallets.into_iter().map(Entry::from).collect();
        context.output.print(&Wallets { wallets })
    }
}

#[derive(Serialize)]
struct Wallets {
    wallets: Vec<Entry>,
}

/// What is known of a wallet without its password.
#[derive(Serialize)]
struct Entry {
    name: String,
    id: String,
    driver: String,
}

impl From<Wallet> for Entry {
    fn from(wallet: Wallet) -> Self {
        Self {
            name: wallet.name,
            id: wallet.id,
            driver: wallet.driver_name,
        }
    }
}

impl Report for Wallets {
    fn write(&self, page: &mut Page) {
        if self.wallets.is_empty() {
            page.line("There is no wallet yet. This makes one: kmd wallet create NAME");
            return;
        }
        let mut table = Table::new(["NAME", "ID"]);
        for wallet in &self.wallets {
            table.row([wallet.name.clone(), wallet.id.clone()]);
        }
        page.table(&table);
    }
}
