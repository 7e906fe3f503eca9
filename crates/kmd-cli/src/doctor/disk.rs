//! Whether there is room for a change to a wallet.

use std::path::Path;

use rustix::fs::{StatVfs, statvfs};

use super::{Configuration, Finding};

const CHECK: &str = "disk space";
const MIB: u64 = 1 << 20;
/// A commit needs a journal beside the wallet; a wallet of many keys is some MiB.
const TOO_LITTLE: u64 = 16 * MIB;
const LITTLE: u64 = 256 * MIB;

pub(super) fn examine(data_dir: &Path, configuration: &Configuration) -> Finding {
    let wallets = configuration.wallets_dir();
    // What is not there yet will be where the nearest directory above it is.
    let places = wallets.ancestors().chain(data_dir.ancestors());
    match places
        .filter(|place| !place.as_os_str().is_empty())
        .find_map(|place| statvfs(place).ok())
    {
        Some(system) => judge(free_bytes(&system), free_files(&system)),
        None => Finding::warning(CHECK, "it cannot be found out", "look at `df`"),
    }
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
