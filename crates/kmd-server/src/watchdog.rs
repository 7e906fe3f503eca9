//! The idle watchdog: stops the daemon when no request came for a while.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Counts idle time. `goal` starts kmd with it, so that a wallet daemon does
/// not outlive its use.
pub(crate) struct Watchdog {
    timeout: Option<Duration>,
    started: Instant,
    /// Milliseconds after `started`.
    last_request: AtomicU64,
}

impl Watchdog {
    /// A watchdog; without a timeout it never fires.
    pub(crate) fn new(timeout: Option<Duration>) -> Self {
        Self {
            timeout,
            started: Instant::now(),
            last_request: AtomicU64::new(0),
        }
    }

    /// A request came.
    pub(crate) fn restart(&self) {
        if self.timeout.is_some() {
            let milliseconds = self.started.elapsed().as_millis();
            self.last_request
                .store(milliseconds.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// Returns when no request came for the timeout.
    pub(crate) async fn fired(&self) {
        let Some(timeout) = self.timeout else {
            return std::future::pending().await;
        };
        loop {
            let idle_since = Duration::from_millis(self.last_request.load(Ordering::Relaxed));
            let Some(deadline) = self.started.checked_add(idle_since.saturating_add(timeout)) else {
                return std::future::pending().await;
            };
            if Instant::now() >= deadline {
                return;
            }
            sleep_until(deadline).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn fires_after_the_last_request() {
        let watchdog = Watchdog::new(Some(Duration::from_secs(10)));
        let started = Instant::now();
        tokio::join!(watchdog.fired(), async {
            tokio::time::sleep(Duration::from_secs(7)).await;
            watchdog.restart();
        });
        assert_eq!(started.elapsed(), Duration::from_secs(17));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_timeout_it_never_fires() {
        let watchdog = Watchdog::new(None);
        let fired = tokio::time::timeout(Duration::from_secs(1_000_000), watchdog.fired());
        assert!(fired.await.is_err());
    }
}
