//! The configuration, as far as other checks need it. The daemon is what judges it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kmd_api::files;
use serde_json::Value;

use super::Finding;

pub(super) struct Configuration {
    path: PathBuf,
    written: Result<Option<Value>, String>,
    data_dir: PathBuf,
}

impl Configuration {
    pub(super) fn read(data_dir: &Path) -> Self {
        let path = data_dir.join(files::CONFIG);
        let written = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| error.to_string()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        };
        Self {
            path,
            written,
            data_dir: data_dir.to_owned(),
        }
    }

    pub(super) fn examine(&self) -> Finding {
        let path = self.path.display();
        match &self.written {
            Ok(None) => Finding::ok("configuration", "the defaults"),
            Ok(Some(_)) => Finding::ok("configuration", path.to_string()),
            Err(error) => Finding::problem(
                "configuration",
                format!("{path} cannot be used: {error}"),
                "mend it, or move it away to have the defaults",
            ),
        }
    }

    /// Where to listen, unless it is left to the daemon.
    pub(super) fn address(&self) -> Option<&str> {
        self.text(&["address"])
    }

    /// Where the wallets are.
    pub(super) fn wallets_dir(&self) -> PathBuf {
        match self.text(&["drivers", "sqlite", "wallets_dir"]) {
            Some(folder) => PathBuf::from(folder),
            None => self.data_dir.join(files::SQLITE_WALLETS),
        }
    }

    /// Keys are matched in any case, as the daemon does; empty is as good as not there.
    fn text(&self, path: &[&str]) -> Option<&str> {
        let mut value = self.written.as_ref().ok()?.as_ref()?;
        for key in path {
            let mut entries = value.as_object()?.iter();
            value = entries.find(|(name, _)| name.eq_ignore_ascii_case(key))?.1;
        }
        value.as_str().filter(|text| !text.is_empty())
    }
}
