//! The sandbox, as configured, and what the log says of it.

use std::path::PathBuf;

use kmd_sandbox::{NEWEST_LANDLOCK, Refused, Sandbox};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::error::StartError;

/// How much of the sandbox there must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SandboxMode {
    /// All of it, or no start; a system call that kmd does not need ends the process.
    Strict,
    /// What the kernel offers; such a call fails.
    Auto,
    /// Nothing of it.
    Off,
}

/// Shuts this thread, and all that it starts from now on, into the folders.
///
/// # Errors
/// [`StartError::Sandbox`].
pub(crate) fn enter(mode: SandboxMode, folders: Vec<PathBuf>) -> Result<(), StartError> {
    let refused = match mode {
        SandboxMode::Strict => Refused::EndsProcess,
        SandboxMode::Auto => Refused::Fails,
        SandboxMode::Off => {
            info!("sandbox: off, as kmd.sandbox says");
            return Ok(());
        }
    };
    let entered = Sandbox {
        folders,
        refused,
        landlock: NEWEST_LANDLOCK,
    }
    .enter();
    info!("sandbox: in force: {}", entered.in_force);
    if mode == SandboxMode::Strict && !entered.missing.is_empty() {
        return Err(StartError::Sandbox {
            missing: entered.missing,
        });
    }
    for missing in entered.missing {
        warn!("sandbox: {missing}");
    }
    Ok(())
}
