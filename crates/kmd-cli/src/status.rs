//! `kmd status`

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use kmd_api::files;
use kmd_client::Client;
use serde::Serialize;

use crate::context::Context;
use crate::daemon;
use crate::output::{Page, Report};
use crate::{Error, Kind, Result};

/// Say whether a daemon runs, and where
///
/// Says whether a daemon runs on the data directory, and where it listens.
/// Never starts one.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"data_dir\", \"address\", \"socket\", \"process_id\", \"api_versions\": [], \"wallets\"}; what is not there is null.
Without a daemon it fails with exit code 3.")]
pub struct Status {}

impl Status {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let data_dir = context.data_dir()?;
        let client = daemon::open(&data_dir).map_err(|error| not_running(&data_dir, error))?;
        context.output.print(&Running::of(data_dir, &client)?)
    }
}

fn not_running(data_dir: &Path, error: kmd_client::Error) -> Error {
    let path = data_dir.display();
    if daemon::is_absence(&error) {
        Error::new(Kind::NoDaemon, format!("no daemon runs on {path}")).hint(format!("this starts one: kmd -d {path}"))
    } else {
        Error::new(Kind::NoDaemon, format!("the daemon of {path} cannot be asked")).because(error)
    }
}

#[derive(Serialize)]
struct Running {
    data_dir: PathBuf,
    address: Option<String>,
    socket: Option<PathBuf>,
    process_id: Option<u32>,
    api_versions: Vec<String>,
    wallets: usize,
}

impl Running {
    fn of(data_dir: PathBuf, client: &Client) -> Result<Self> {
        let said = |name| fs::read_to_string(data_dir.join(name)).ok();
        let socket = data_dir.join(files::SOCKET);
        Ok(Self {
            address: said(files::NET).map(|address| address.trim().to_owned()),
            process_id: said(files::PID).and_then(|id| id.trim().parse().ok()),
            socket: socket.exists().then_some(socket),
            api_versions: client.versions()?,
            wallets: client.list_wallets()?.len(),
            data_dir,
        })
    }
}

impl Report for Running {
    fn write(&self, page: &mut Page) {
        let process_id = self.process_id.map_or_else(|| "?".to_owned(), |id| id.to_string());
        let socket = self.socket.as_deref().map_or("none".into(), Path::to_string_lossy);
        page.fields([
            ("Data directory", &self.data_dir.to_string_lossy()),
            ("Address", self.address.as_deref().unwrap_or("?")),
            ("Socket", &socket),
            ("Process", &process_id),
            ("API versions", &self.api_versions.join(", ")),
            ("Wallets", &self.wallets.to_string()),
        ]);
    }
}
