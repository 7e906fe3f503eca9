//! The clock of sessions.

use std::time::Duration;

use kmd_core::Clock;
use rustix::time::{ClockId, clock_gettime};

/// Time since the machine started, counting the time it slept: a laptop that
/// was closed for an hour must not find its wallets still open.
pub(crate) struct BootClock;

impl Clock for BootClock {
    fn now(&self) -> Duration {
        let now = clock_gettime(ClockId::Boottime);
        Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
    }
}
