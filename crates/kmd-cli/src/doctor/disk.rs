//! Whether there is room for a change to a wallet.

use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::fs::{StatVfs, statvfs};

use super::{Configuration, Finding};

const CHECK: &str = "disk space";
const MIB: u64 = 1 << 20;
/// A commit needs a journal beside the wallet; a wallet of many keys is some MiB.
const TOO_LITTLE: u64 = 16 * MIB;
const LITTLE: u64 = 256 * MIB;

pub(super) fn examine(configuration: &Configuration) -> Finding {
    match file_system_of(&configuration.wallets_dir()) {
        Ok(system) => judge(free_bytes(&system), free_files(&system)),
        Err(error) => Finding::warning(CHECK, format!("it cannot be found out: {error}"), "look at `df`"),
    }
}

/// What is not there yet will be where the nearest directory above it is. A relative path has only
/// some of those.
fn file_system_of(folder: &Path) -> io::Result<StatVfs> {
    let folder = std::path::absolute(folder)?;
    let mut looked_at = folder.ancestors().map(|place| statvfs(place).map_err(io::Error::from));
    let nearest = looked_at.find(|found| !found.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound));
    nearest.unwrap_or_else(|| Err(ErrorKind::NotFound.into()))
}

fn judge(bytes: u64, files: Option<u64>) -> Finding {
    let found = format!("{} MiB free", bytes / MIB);
    let remedy = "make room where the wallets are: a full disk makes every change fail";
    match (bytes, files) {
        (_, Some(0)) => Finding::problem(CHECK, "no file can be made any more", remedy),
        (0..TOO_LITTLE, _) => Finding::problem(CHECK, found, remedy),
        (TOO_LITTLE..LITTLE, _) => Finding::warning(CHECK, found, remedy),
        _ => Finding::ok(CHECK, found),
    }
}

fn free_bytes(system: &StatVfs) -> u64 {
    system.f_bavail.saturating_mul(system.f_frsize)
}

/// Nothing where the file system does not count them.
fn free_files(system: &StatVfs) -> Option<u64> {
    (system.f_files > 0).then_some(system.f_favail)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    /// Tests run in the folder of the crate.
    #[test]
    fn what_is_not_there_yet_is_looked_for_above() {
        let id = |path: &str| file_system_of(Path::new(path)).map(|system| system.f_fsid);
        for missing in ["not/there/yet", "./not-there", "src/not-there", "/proc/not/there"] {
            let there = if missing.starts_with('/') { "/proc" } else { "." };
            assert_eq!(id(missing).unwrap(), id(there).unwrap(), "{missing}");
        }
    }

    #[test]
    fn room() {
        for (bytes, files, verdict) in [
            (MIB, None, Verdict::Problem),
            (TOO_LITTLE, None, Verdict::Warning),
            (LITTLE, None, Verdict::Ok),
            (LITTLE, Some(1), Verdict::Ok),
            (LITTLE, Some(0), Verdict::Problem),
        ] {
            assert_eq!(judge(bytes, files).verdict, verdict, "{bytes} {files:?}");
        }
    }
}
