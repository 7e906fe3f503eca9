//! Whether the daemon's memory can come into a swap file.

use std::fs;

use rustix::process::{Resource, getrlimit};
use rustix::thread::{CapabilitySet, capabilities};

use super::Finding;

const CHECK: &str = "memory";
/// Where the kernel keeps the capabilities of an executable: 4 bytes of version, then 4 of those that
/// are permitted, in little-endian bits.
const FILE_CAPABILITIES: &str = "security.capability";

pub(super) fn examine() -> Finding {
    let limit = getrlimit(Resource::Memlock).current;
    judge(may_lock_all(), limit, has_swap())
}

fn judge(may_lock_all: bool, limit: Option<u64>, has_swap: bool) -> Finding {
    let Some(bytes) = limit.filter(|_| !may_lock_all) else {
        return Finding::ok(CHECK, "all of the daemon's memory is kept out of swap");
    };
    if !has_swap {
        return Finding::ok(CHECK, "the machine has no swap");
    }
    Finding::warning(
        CHECK,
        format!(
            "of a daemon that you start, {} KiB are kept out of swap: keys and passwords first, the rest may be swapped",
            bytes / 1024
        ),
        "as root: setcap cap_ipc_lock+ep on the kmd binary (`make capabilities`), or raise `ulimit -l`",
    )
}

fn may_lock_all() -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK)) || executable_may()
}

fn executable_may() -> bool {
    let mut attribute = [0_u8; 64];
    std::env::current_exe().is_ok_and(|path| {
        rustix::fs::getxattr(path, FILE_CAPABILITIES, &mut attribute).is_ok() && permits_locking(&attribute)
    })
}

fn permits_locking(attribute: &[u8]) -> bool {
    let permitted = attribute.get(4..8).and_then(|bytes| bytes.try_into().ok());
    permitted.is_some_and(|bytes| u64::from(u32::from_le_bytes(bytes)) & CapabilitySet::IPC_LOCK.bits() != 0)
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
    fn capabilities_of_an_executable() {
        // As `setcap` writes them: cap_ipc_lock+ep, and cap_net_bind_service+ep.
        let ipc_lock = [1, 0, 0, 2, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let net_bind = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for (attribute, expected) in [
            (&ipc_lock[..], true),
            (&net_bind, false),
            (&[0; 64], false),
            (&[], false),
        ] {
            assert_eq!(permits_locking(attribute), expected, "{attribute:?}");
        }
    }

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
