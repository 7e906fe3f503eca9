//! `kmd config show`

use clap::Args;

use super::{Explained, say_warnings};
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::{Page, Report, Table};

/// Show every setting and where its value came from
///
/// Shows what a daemon that starts now would go by: the defaults, over them
/// kmd_config.json, over that the environment. Needs no daemon.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"settings\": [{\"key\", \"value\", \"source\", \"variable\"}], \"warnings\": []}.")]
pub struct Show {}

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let explained = context
            .configuration
            .explain(&context.data_dir()?)
            .map_err(|problem| Error::new(Kind::Invalid, "the configuration cannot be read").because(problem))?;
        say_warnings(context, &explained.warnings);
        context.output.print(&explained)
    }
}

impl Report for Explained {
    fn write(&self, page: &mut Page) {
        let mut table = Table::new(["SETTING", "VALUE", "FROM"]);
        for setting in &self.settings {
            table.row([setting.key.clone(), setting.value.to_string(), setting.source.clone()]);
        }
        page.table(&table);
    }
}
