//! `kmd config check`

use clap::Args;
use serde::Serialize;

use super::say_warnings;
use crate::Result;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::{Page, Report};

/// Tell whether the configuration is valid
///
/// Reads kmd_config.json and the environment as the daemon does at its start.
/// Whether folders can be made, the address is free and the token is one, it
/// does not try: `kmd doctor` looks. Needs no daemon.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"data_dir\", \"warnings\": []}; a warning tells of something that would be ignored.
Where kmd would not start with it, it says why and fails with exit code 9.")]
pub struct Check {}

impl Check {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let data_dir = context.data_dir()?;
        let warnings = context
            .configuration
            .check(&data_dir)
            .map_err(|problem| Error::new(Kind::CheckFailed, "kmd would not start").because(problem))?;
        say_warnings(context, &warnings);
        context.output.print(&Checked {
            data_dir: data_dir.display().to_string(),
            warnings,
        })
    }
}

#[derive(Serialize)]
struct Checked {
    data_dir: String,
    warnings: Vec<String>,
}

impl Report for Checked {
    fn write(&self, page: &mut Page) {
        page.line(format!("The configuration of {} is valid.", self.data_dir));
    }
}
