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
/// Says whether a daemon runs on the data directory, where it listens, and
/// whether it can do its work. Never starts one.
#[derive(Args)]
#[command(after_long_help = "\
JSON: {\"data_dir\", \"address\", \"socket\", \"process_id\", \"api_versions\": [], \"ready\", \"reasons\": [], \"wallets\"};
what is not there or cannot be found out is null; reasons say why it is not ready.
Without a daemon it fails with exit code 3, with one that is not ready with 9.")]
pub struct Status {}

impl Status {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let data_dir = context.data_dir()?;
        let client = daemon::open_without_token(&data_dir).map_err(|error| not_running(&data_dir, error))?;
        let running = Running::of(data_dir, &client)?;
        context.output.print(&running)?;
        match running.ready {
            Some(false) => Err(not_ready(&running.reasons)),
            _ => Ok(()),
        }
    }
}

fn not_ready(reasons: &[String]) -> Error {
    let error = Error::new(Kind::CheckFailed, "the daemon is not ready");
    reasons
        .iter()
        .fold(error, Error::because)
        .hint("`kmd doctor` looks for more")
}

fn not_running(data_dir: &Path, error: kmd_client::Error) -> Error {
    let path = data_dir.display();
    if daemon::is_absence(&error) {
        Error::new(Kind::NoDaemon, format!("no daemon runs on {path}")).hint(format!("this starts one: kmd -d {path}"))
    } else {
        not_asked(data_dir, error)
    }
}

fn not_asked(data_dir: &Path, error: kmd_client::Error) -> Error {
    let message = format!("the daemon of {} cannot be asked", data_dir.display());
    Error::new(Kind::NoDaemon, message).because(error)
}

#[derive(Serialize)]
struct Running {
    data_dir: PathBuf,
    address: Option<String>,
    socket: Option<PathBuf>,
    process_id: Option<u32>,
    api_versions: Vec<String>,
    ready: Option<bool>,
    reasons: Vec<String>,
    wallets: Option<usize>,
}

impl Running {
    fn of(data_dir: PathBuf, client: &Client) -> Result<Self> {
        let said = |name| fs::read_to_string(data_dir.join(name)).ok();
        let socket = data_dir.join(files::SOCKET);
        let readiness = daemon::readiness(client)?;
        let ready = readiness.as_ref().map(|readiness| readiness.ready);
        let wallets = match wallets(&data_dir) {
            // One that is not ready says why.
            Err(_) if ready == Some(false) => None,
            wallets => Some(wallets?),
        };
        Ok(Self {
            address: said(files::NET).map(|address| address.trim().to_owned()),
            process_id: said(files::PID).and_then(|id| id.trim().parse().ok()),
            socket: socket.exists().then_some(socket),
            api_versions: client.versions()?,
            ready,
            reasons: readiness.map(|readiness| readiness.reasons).unwrap_or_default(),
            wallets,
            data_dir,
        })
    }
}

/// How many there are. Only this needs the token.
fn wallets(data_dir: &Path) -> Result<usize> {
    let client = daemon::open(data_dir).map_err(|error| not_asked(data_dir, error))?;
    Ok(client.list_wallets()?.len())
}

impl Report for Running {
    fn write(&self, page: &mut Page) {
        let process_id = self.process_id.map_or_else(|| "?".to_owned(), |id| id.to_string());
        let socket = self.socket.as_deref().map_or("none".into(), Path::to_string_lossy);
        let ready = match self.ready {
            Some(true) => "yes".to_owned(),
            Some(false) => format!("no: {}", self.reasons.join("; ")),
            None => "?".to_owned(),
        };
        let wallets = self.wallets.map_or_else(|| "?".to_owned(), |count| count.to_string());
        page.fields([
            ("Data directory", &self.data_dir.to_string_lossy()),
            ("Address", self.address.as_deref().unwrap_or("?")),
            ("Socket", &socket),
            ("Process", &process_id),
            ("API versions", &self.api_versions.join(", ")),
            ("Ready", &ready),
            ("Wallets", &wallets),
        ]);
    }
}
