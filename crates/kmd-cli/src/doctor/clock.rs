//! Whether the clock can be right.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kmd_api::files;

use super::Finding;

const CHECK: &str = "clock";
const REMEDY: &str = "set it (`timedatectl set-ntp true`); sessions do not depend on it, but the log and file times do";
/// 1 January 2026: older than this program.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);
/// What file systems and clocks may differ by.
const TOLERANCE: Duration = Duration::from_secs(60);

pub(super) fn examine(data_dir: &Path) -> Finding {
    let written = [files::LOG, files::TOKEN, files::CONFIG]
        .iter()
        .filter_map(|name| fs::metadata(data_dir.join(name)).ok()?.modified().ok());
    judge(SystemTime::now(), written.max())
}

/// `written`: when a file was last written, by the same clock.
fn judge(now: SystemTime, written: Option<SystemTime>) -> Finding {
    if now < UNIX_EPOCH + EARLIEST {
        return Finding::problem(CHECK, "it shows a time before this program was made", REMEDY);
    }
    if written.is_some_and(|written| written > now + TOLERANCE) {
        return Finding::problem(
            CHECK,
            "it shows a time before files in the data directory were written",
            REMEDY,
        );
    }
    Finding::ok(CHECK, "it can be right")
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn times() {
        let day = Duration::from_secs(86_400);
        let now = UNIX_EPOCH + EARLIEST + day;
        for (now, written, verdict) in [
            (now, None, Verdict::Ok),
            (now, Some(now - day), Verdict::Ok),
            (now, Some(now + TOLERANCE), Verdict::Ok),
            (now, Some(now + day), Verdict::Problem),
            (UNIX_EPOCH + day, None, Verdict::Problem),
        ] {
            assert_eq!(judge(now, written).verdict, verdict, "{now:?} {written:?}");
        }
    }
}
