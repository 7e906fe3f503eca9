//! What the commands of `kmd config` ask of the server.

use std::path::Path;

use kmd_cli::config::{Configuration, Explained, Setting};
use kmd_server::config::{self, Environment};

/// The configuration as the server reads it, with the environment of this process.
pub(crate) struct OfServer;

impl Configuration for OfServer {
    fn explain(&self, data_dir: &Path) -> Result<Explained, String> {
        let explanation = config::explain(data_dir, &Environment::of_process()).map_err(|error| error.to_string())?;
        Ok(Explained {
            settings: explanation.settings.into_iter().map(setting).collect(),
            warnings: explanation.warnings,
        })
    }

    fn check(&self, data_dir: &Path) -> Result<Vec<String>, String> {
        config::check(data_dir, &Environment::of_process()).map_err(|error| error.to_string())
    }
}

fn setting(setting: config::Setting) -> Setting {
    Setting {
        key: setting.key,
        value: setting.value,
        source: setting.source.to_string(),
        variable: setting.variable,
    }
}
