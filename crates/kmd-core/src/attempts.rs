//! Wrong passwords: after five in a row for a wallet, the next must wait.
//!
//! ```text
//!            wrong ×5              the wait is over
//!  free ───────────────► waiting ◄──────────────────► one may try
//!   ▲                       ▲         wrong: twice the wait │
//!   └───────────────────────┴───────────────────────────────┘
//!          a password that opens the wallet, or an hour of quiet
//! ```
//!
//! Who waits is refused before any password work. A password that is shown with
//! an open handle costs none: a right one always passes, and a wrong one counts
//! like any other. Passing does not end the wait of others, else whoever guesses
//! would be helped by a busy program with the right password.
//!
//! It is kept in memory. Only wallets that exist are counted, and what was quiet
//! for an hour is dropped, so what is kept are wallets of the last hour, those
//! that are gone by now included.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use kmd_wallet::{Error as WalletError, WalletId};
use thiserror::Error;

use crate::clock::Clock;
use crate::error::Error;
use crate::sync::{Mutex, MutexGuard};

/// Wrong passwords in a row that cost nothing but their work.
const FREE: u32 = 5;
/// The wait after those. It doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// After so long without a wrong password all are forgotten.
const FORGET: Duration = Duration::from_secs(3600);

/// Too many wrong passwords were given for the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many wrong passwords for this wallet, try again in {} s", self.seconds())]
pub struct TooManyAttempts {
    /// The time to wait.
    pub wait: Duration,
}

impl TooManyAttempts {
    /// The time to wait in whole seconds, at least one.
    pub fn seconds(&self) -> u64 {
        let rounded_up = u64::from(self.wait.subsec_nanos() > 0);
        self.wait.as_secs().saturating_add(rounded_up).max(1)
    }
}

/// Counts wrong passwords by wallet.
pub(crate) struct Attempts {
    clock: Arc<dyn Clock>,
    wallets: Mutex<HashMap<WalletId, Wrong>>,
}

struct Wrong {
    in_a_row: u32,
    last: Duration,
    /// Somebody tries, after the wait: only one may at a time.
    tried: bool,
}

impl Wrong {
    /// When the next may try.
    fn until(&self) -> Duration {
        let Some(doublings) = self.in_a_row.checked_sub(FREE) else {
            return Duration::ZERO;
        };
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(doublings));
        self.last.saturating_add(wait.min(LONGEST_WAIT))
    }
}

impl Attempts {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            wallets: Mutex::default(),
        }
    }

    /// Lets a password be tried, if none has to wait.
    pub(crate) fn admit<'a>(&'a self, wallet: &'a WalletId) -> Result<Attempt<'a>, TooManyAttempts> {
        let now = self.clock.now();
        let mut alone = false;
        if let Some(wrong) = self.wallets().get_mut(wallet) {
            if let Some(wait) = wrong.until().checked_sub(now).filter(|wait| !wait.is_zero()) {
                return Err(TooManyAttempts { wait });
            }
            if wrong.in_a_row >= FREE {
                if wrong.tried {
                    return Err(TooManyAttempts { wait: FIRST_WAIT });
                }
                wrong.tried = true;
                alone = true;
            }
        }
        Ok(Attempt {
            attempts: self,
            wallet,
            alone,
        })
    }

    /// Whether a password would have to wait.
    pub(crate) fn must_wait(&self, wallet: &WalletId) -> bool {
        self.waiting(wallet).is_some()
    }

    /// What a password that was shown with an open handle is answered, where it
    /// was wrong.
    pub(crate) fn shown(&self, wallet: &WalletId, error: WalletError) -> Error {
        match error {
            WalletError::WrongPassword => match self.waiting(wallet) {
                Some(waiting) => waiting.into(),
                None => {
                    self.count(wallet);
                    error.into()
                }
            },
            other => other.into(),
        }
    }

    fn waiting(&self, wallet: &WalletId) -> Option<TooManyAttempts> {
        let now = self.clock.now();
        let until = self.wallets().get(wallet)?.until();
        let wait = until.checked_sub(now).filter(|wait| !wait.is_zero())?;
        Some(TooManyAttempts { wait })
    }

    fn count(&self, wallet: &WalletId) {
        let now = self.clock.now();
        let mut wallets = self.wallets();
        // Of all wallets: nobody asks again for one that is gone.
        wallets.retain(|_, wrong| now.saturating_sub(wrong.last) < FORGET);
        let wrong = wallets.entry(wallet.clone()).or_insert(Wrong {
            in_a_row: 0,
            last: now,
            tried: false,
        });
        wrong.in_a_row = wrong.in_a_row.saturating_add(1);
        wrong.last = now;
    }

    fn wallets(&self) -> MutexGuard<'_, HashMap<WalletId, Wrong>> {
        // No entry is half changed where a thread could panic.
        self.wallets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A password that is being tried.
pub(crate) struct Attempt<'a> {
    attempts: &'a Attempts,
    wallet: &'a WalletId,
    /// After a wait, so that no other may try meanwhile.
    alone: bool,
}

impl Attempt<'_> {
    /// Counts how it ended.
    pub(crate) fn ended<T>(self, result: kmd_wallet::Result<T>) -> kmd_wallet::Result<T> {
        match &result {
            Ok(_) => drop(self.attempts.wallets().remove(self.wallet)),
            Err(WalletError::WrongPassword) => self.attempts.count(self.wallet),
            // Nobody knows whether it was right.
            Err(_) => {}
        }
        result
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.alone
            && let Some(wrong) = self.attempts.wallets().get_mut(self.wallet)
        {
            wrong.tried = false;
        }
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::ManualClock;

    #[test]
    fn waiting_is_told_in_whole_seconds_never_too_few() {
        for (milliseconds, seconds) in [(0, 1), (1, 1), (1000, 1), (1001, 2), (1999, 2), (300_000, 300)] {
            let wait = Duration::from_millis(milliseconds);
            assert_eq!(TooManyAttempts { wait }.seconds(), seconds, "{milliseconds} ms");
        }
    }

    #[test]
    fn after_a_wait_one_may_try_at_a_time() {
        let clock = Arc::new(ManualClock::default());
        let attempts = Attempts::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let id = WalletId::new("w").unwrap();
        for count in 1..=FREE {
            let two = [attempts.admit(&id), attempts.admit(&id)];
            assert!(two.iter().all(Result::is_ok), "before {count} were wrong");
            assert!(!attempts.must_wait(&id));
            attempts.count(&id);
        }
        assert!(attempts.must_wait(&id) && attempts.admit(&id).is_err());
        clock.advance(FIRST_WAIT);
        assert!(!attempts.must_wait(&id));
        let first = attempts.admit(&id);
        assert!(first.is_ok() && attempts.admit(&id).is_err());
        drop(first);
        assert!(attempts.admit(&id).is_ok());
    }

    #[test]
    fn wallets_that_are_gone_are_forgotten() {
        let clock = Arc::new(ManualClock::default());
        let attempts = Attempts::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let id = |number: usize| WalletId::new(&format!("{number:032x}")).unwrap();
        for number in 0..100 {
            attempts.count(&id(number));
        }
        clock.advance(FORGET - Duration::from_millis(1));
        attempts.count(&id(0));
        assert_eq!(attempts.wallets().len(), 100);
        clock.advance(Duration::from_millis(1));
        attempts.count(&id(1));
        let wallets = attempts.wallets();
        assert_eq!(wallets.len(), 2);
        assert_eq!((wallets[&id(0)].in_a_row, wallets[&id(1)].in_a_row), (2, 1));
    }
}
