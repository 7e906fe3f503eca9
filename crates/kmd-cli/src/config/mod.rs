//! `kmd config`

mod check;
mod show;

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;
use serde_json::Value;

use crate::Result;
use crate::context::Context;

/// Check and show the configuration
#[derive(Subcommand)]
pub(crate) enum Command {
    Check(check::Check),
    Show(show::Show),
}

impl Command {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Check(command) => command.run(context),
            Self::Show(command) => command.run(context),
        }
    }
}

/// What the server makes of a configuration. The commands do not know the server; the binary, which
/// knows both, gives them this. Errors are in words for people.
pub trait Configuration {
    /// Every setting of a data directory.
    ///
    /// # Errors
    /// A layer that cannot be read.
    fn explain(&self, data_dir: &Path) -> std::result::Result<Explained, String>;

    /// What would be ignored at a start.
    ///
    /// # Errors
    /// What would stop a start.
    fn check(&self, data_dir: &Path) -> std::result::Result<Vec<String>, String>;
}

/// All settings, and what was ignored.
#[derive(Serialize)]
pub struct Explained {
    /// The settings.
    pub settings: Vec<Setting>,
    /// What was ignored.
    pub warnings: Vec<String>,
}

/// A setting.
#[derive(Serialize)]
pub struct Setting {
    /// Its name in `kmd_config.json`, with dots between objects.
    pub key: String,
    /// What it is set to.
    pub value: Value,
    /// Where that was set: `default`, file and line, or a variable of the environment.
    pub source: String,
    /// The variable that sets it.
    pub variable: String,
}

fn say_warnings(context: &Context, warnings: &[String]) {
    for warning in warnings {
        context.output.note(warning);
    }
}
