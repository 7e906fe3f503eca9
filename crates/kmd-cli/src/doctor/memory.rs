//! Whether the daemon's memory can come into a swap file.

use std::fs;

use rustix::process::{Resource, getrlimit};
use rustix::thread::{CapabilitySet, capabilities};

use super::Finding;

const CHECK: &str = "memory";
/// Where the kernel keeps the capabilities of an executable.
const FILE_CAPABILITIES: &str = "security.capability";

pub(super) fn examine() -> Finding {
    let limit = getrlimit(Resource::Memlock).current;
    judge(may_lock_all(), limit, has_swap())
}

fn judge(may_lock_all: bool, limit: Option<u64>, has_swap: bool) -> Finding {
    match limit {
        _ if may_lock_all => Finding::ok(CHECK, "all of the daemon's memory is kept out of swap"),
        None => Finding::ok(CHECK, "all of the daemon's memory is kept out of swap"),
        Some(_) if !has_swap => Finding::ok(CHECK, "the machine has no swap"),
        Some(bytes) => Finding::warning(
            CHECK,
            format!(
                "of a daemon that you start, {} KiB are kept out of swap: keys and passwords first, the rest may be swapped",
                bytes / 1024
            ),
            "as root: setcap cap_ipc_lock+ep on the kmd binary (`make capabilities`), or raise `ulimit -l`",
        ),
    }
}

fn may_lock_all() -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK)) || executable_may()
}

fn executable_may() -> bool {
    std::env::current_exe()
        .is_ok_and(|path| rustix::fs::getxattr(path, FILE_CAPABILITIES, &mut [0_u8; 64]).is_ok_and(|length| length > 0))
}

/// One line of heads, then one a swap file. Where it cannot be read, there may be some.
fn has_swap() -> bool {
    fs::read_to_string("/proc/swaps").map_or(true, |text| text.lines().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn only_swap_and_a_limit_together_are_remarkable() {
        let limit = Some(8 << 20);
        for (may_lock_all, limit, has_swap, verdict) in [
            (true, limit, true, Verdict::Ok),
            (false, None, true, Verdict::Ok),
            (false, limit, false, Verdict::Ok),
            (false, limit, true, Verdict::Warning),
        ] {
            let finding = judge(may_lock_all, limit, has_swap);
            assert_eq!(finding.verdict, verdict, "{finding:?}");
        }
    }
}
