//! What every test of the whole daemon needs: a daemon in a directory of its own, a client that hides nothing of the
//! wire, and the golden data.
//!
//! No test sleeps to wait for the daemon: it is ready when it says so on stdout, stopped when its stdout ends, and
//! every read has an end of patience, so that a daemon that hangs is a failure and not a hang. What can only be asked
//! for again and again goes through `wait_for`, which has an end as well.

// Each test binary includes all of this and uses its part.
#![allow(dead_code)]

pub mod algorand;
pub mod api;
pub mod canary;
pub mod daemon;
pub mod golden;
pub mod http;
pub mod kernel;
pub mod metrics;
pub mod pack;
pub mod secrets;
pub mod sqlite;

use std::{
    fmt::Debug,
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take before the test gives up on it; far beyond what a busy machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The API token of every test daemon that does not say otherwise.
pub const TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The pause between two looks at something that is waited for.
const PAUSE: Duration = Duration::from_millis(2);

/// Looks until there is what is waited for, and gives it. A look that is too early says what there is instead, which
/// the failure tells when patience ends.
#[track_caller]
pub fn wait_for<T, E: Debug>(what: &str, look: impl FnMut() -> Result<T, E>) -> T {
    wait_at_most(PATIENCE, what, look)
}

/// The same with another patience.
#[track_caller]
pub fn wait_at_most<T, E: Debug>(time: Duration, what: &str, mut look: impl FnMut() -> Result<T, E>) -> T {
    let end = Instant::now() + time;
    loop {
        match look() {
            Ok(found) => return found,
            Err(instead) => assert!(Instant::now() < end, "{what}: not after {time:?}, but {instead:#?}"),
        }
        thread::sleep(PAUSE);
    }
}

/// Says that something is not tested on this machine, and why. It is seen in the output of `cargo test` though the test
/// passes: the harness captures what `eprintln` prints, but not what is written to standard error itself.
pub fn not_tested(what: &str, why: &str) {
    // In one piece, for other tests write there too.
    let said = format!("\n*** NOT TESTED: {what}: {why} ***\n");
    let _ = io::stderr().write_all(said.as_bytes());
}

/// Tells others to stop when it goes, also when that is because a check failed: who waits for threads that nobody stops
/// waits for ever.
pub struct StopWhenDropped<'a>(pub &'a AtomicBool);

impl Drop for StopWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
