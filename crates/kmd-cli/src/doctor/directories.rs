//! Who can open the data directory and the wallets.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Configuration, Finding};

const FOR_OTHERS: u32 = 0o077;

pub(super) fn examine(data_dir: &Path, configuration: &Configuration) -> Vec<Finding> {
    let wallets = configuration.wallets_dir();
    let mut findings = vec![directory("data directory", data_dir), directory("wallets", &wallets)];
    findings.extend(exposed_wallets(&wallets));
    findings
}

fn directory(check: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Finding::ok(check, format!("{shown} is not there yet; the first start makes it"));
        }
        Err(error) => return unreadable(check, path, &error),
    };
    if !metadata.is_dir() {
        return Finding::problem(
            check,
            format!("{shown} is no directory"),
            "move it away, or choose another with -d DIR",
        );
    }
    private(check, path, &metadata).unwrap_or_else(|| Finding::ok(check, format!("{shown}, yours alone")))
}

/// What is wrong with who can open it.
fn private(check: &'static str, path: &Path, metadata: &Metadata) -> Option<Finding> {
    let shown = path.display();
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() != me {
        let found = format!("{shown} belongs to the user with number {}", metadata.uid());
        return Some(Finding::problem(check, found, "run kmd and its commands as that user"));
    }
    let mode = metadata.mode() & 0o777;
    (mode & FOR_OTHERS != 0).then(|| {
        let wanted = mode & !FOR_OTHERS;
        let found = format!("others can open {shown} (mode {mode:04o})");
        Finding::problem(check, found, format!("chmod {wanted:o} '{shown}'"))
    })
}

fn exposed_wallets(folder: &Path) -> Option<Finding> {
    let files = fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let mut exposed = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
        .filter_map(|path| private("wallet file", &path, &fs::metadata(&path).ok()?));
    let first = exposed.next()?;
    match exposed.count() {
        0 => Some(first),
        more => Some(Finding::problem(
            "wallet files",
            format!("{}, and so with {more} more", first.found),
            format!("chmod 600 '{}'/*.db", folder.display()),
        )),
    }
}

fn unreadable(check: &'static str, path: &Path, error: &io::Error) -> Finding {
    Finding::problem(
        check,
        format!("{} cannot be looked at: {error}", path.display()),
        "run this as the user that kmd runs as",
    )
}
