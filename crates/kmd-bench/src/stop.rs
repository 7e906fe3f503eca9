//! Ctrl-C and SIGTERM end the program as an error does: daemons are stopped and folders removed on the way out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::{Result, ensure};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static TOLD: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Takes note of signals from now on.
///
/// # Errors
/// When the system refuses.
pub fn listen() -> Result<()> {
    let told = TOLD.get_or_init(Arc::default);
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(told))?;
    }
    Ok(())
}

/// Fails once a signal came.
///
/// # Errors
/// "interrupted".
pub fn check() -> Result<()> {
    ensure!(
        !TOLD.get().is_some_and(|told| told.load(Ordering::Relaxed)),
        "interrupted"
    );
    Ok(())
}
