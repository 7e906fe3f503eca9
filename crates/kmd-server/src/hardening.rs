//! What the process gives up, and what it keeps out of swap.

use std::io;

use kmd_crypto::SecretMemory;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use tracing::{info, warn};

/// Files that the daemon makes are for its owner alone.
pub(crate) fn set_umask() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// No core dump, no debugger of the same user, no `/proc/PID/mem`.
pub fn forbid_dumps() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, none) {
        warn!(%error, "core dumps could not be switched off");
    }
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        warn!(%error, "the process could not be made undumpable");
    }
}

/// Keeps all memory out of swap, as far as the limits allow.
pub(crate) fn lock_memory() {
    // Where the limit is finite, locking all memory to come would make a later
    // large allocation fail (the KDF's scratch): lock what is there. Secrets lie
    // in memory that asks to be locked itself.
    let limit = getrlimit(Resource::Memlock).current.filter(|_| !has_lock_capability());
    let all = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    let result = match limit {
        None => mlockall(all),
        Some(_) => mlockall(MlockAllFlags::CURRENT | MlockAllFlags::ONFAULT),
    };
    match (result, limit) {
        (Ok(()), Some(bytes)) => warn!(
            limit_bytes = bytes,
            "mlockall: locked the memory in use, not what is allocated later, since the limit is finite; \
             to lock all of it run `make capabilities` (setcap cap_ipc_lock+ep on the binary) or raise `ulimit -l`"
        ),
        (Ok(()), None) => info!("mlockall: all memory is kept out of swap"),
        (Err(error), _) => warn!(
            error = %io::Error::from(error),
            "mlockall failed: memory besides that of secrets may be written to swap; \
             run `make capabilities` (setcap cap_ipc_lock+ep on the binary) or raise `ulimit -l`"
        ),
    }
}

/// Says what kind of memory the secrets lie in, whatever became of the rest.
pub(crate) fn report_secret_memory() {
    let memory = kmd_crypto::secret_memory();
    match memory {
        SecretMemory::Unlocked { .. } => warn!(
            "secrets may be written to swap: {memory}; \
             run `make capabilities` (setcap cap_ipc_lock+ep on the binary) or raise `ulimit -l`"
        ),
        SecretMemory::SecretMemory | SecretMemory::Locked => info!("secrets are in {memory}"),
    }
}

fn has_lock_capability() -> bool {
    rustix::thread::capabilities(None)
        .is_ok_and(|sets| sets.effective.contains(rustix::thread::CapabilitySet::IPC_LOCK))
}

/// Connections are bounded by the configuration, not by a low default.
pub(crate) fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        warn!(%error, "the limit on open files could not be raised");
    }
}
