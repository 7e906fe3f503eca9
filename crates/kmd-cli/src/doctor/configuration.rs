//! The configuration, as the daemon would read it at its start.

use std::path::{Path, PathBuf};

use kmd_api::files;

use super::Finding;
use crate::config;
use crate::config::Explained;

pub(super) struct Configuration {
    path: PathBuf,
    /// What would be ignored, or what would stop the start.
    judged: Result<Vec<String>, String>,
    /// Nothing where it cannot be read.
    explained: Option<Explained>,
    data_dir: PathBuf,
}

impl Configuration {
    pub(super) fn read(server: &dyn config::Configuration, data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(files::CONFIG),
            judged: server.check(data_dir),
            explained: server.explain(data_dir).ok(),
            data_dir: data_dir.to_owned(),
        }
    }

    pub(super) fn examine(&self) -> Finding {
        const CHECK: &str = "configuration";
        match &self.judged {
            Err(problem) => Finding::problem(CHECK, problem, "mend it, or move the file away to have the defaults"),
            Ok(warnings) if !warnings.is_empty() => {
                let remedy = "mend it: what is not known is ignored; `kmd config show` shows what counts";
                Finding::warning(CHECK, warnings.join("; "), remedy)
            }
            Ok(_) if self.path.exists() => Finding::ok(CHECK, self.path.display().to_string()),
            Ok(_) => Finding::ok(CHECK, format!("the defaults: there is no {}", self.path.display())),
        }
    }

    /// Where to listen, unless it is left to the daemon.
    pub(super) fn address(&self) -> Option<&str> {
        self.text("address")
    }

    /// Where the wallets are.
    pub(super) fn wallets_dir(&self) -> PathBuf {
        match self.text("drivers.sqlite.wallets_dir") {
            Some(folder) => PathBuf::from(folder),
            None => self.data_dir.join(files::SQLITE_WALLETS),
        }
    }

    /// Empty is as good as not there.
    fn text(&self, key: &str) -> Option<&str> {
        let mut settings = self.explained.as_ref()?.settings.iter();
        let value = &settings.find(|setting| setting.key == key)?.value;
        value.as_str().filter(|text| !text.is_empty())
    }
}
