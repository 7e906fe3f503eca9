//! Passwords to keys: scrypt behind a gate.
//!
//! A derivation costs much time and memory on purpose, so who can ask for many
//! could starve the daemon. Only so many run at once; so many more wait; the
//! rest is turned away at once and told to come back.

use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use kmd_scrypt::{Kdf, Limits, Params, ParamsError};
use thiserror::Error;

use crate::secret::MasterKey;

/// Why no key was derived.
#[derive(Debug, Error)]
pub enum KdfError {
    /// The parameters are not scrypt's.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// The parameters cost more than is allowed, or there is no memory.
    #[error(transparent)]
    Scrypt(#[from] kmd_scrypt::Error),
    /// Too many derivations run and wait already.
    #[error("too many password derivations at once")]
    Busy,
}

/// How much work may go on at once.
#[derive(Clone, Copy, Debug)]
pub struct PasswordKdfSettings {
    /// What a single derivation may cost.
    pub limits: Limits,
    /// Derivations that run at once.
    pub parallel: NonZeroUsize,
    /// Derivations that may wait for those.
    pub queue: usize,
    /// Threads that all derivations share.
    pub threads: NonZeroUsize,
}

/// Derives keys from passwords, within bounds.
pub struct PasswordKdf {
    kdf: Kdf,
    gate: Gate,
}

impl PasswordKdf {
    /// A KDF with these bounds.
    pub fn new(settings: PasswordKdfSettings) -> Self {
        Self {
            kdf: Kdf::new(settings.limits, settings.threads),
            gate: Gate::new(settings.parallel.get(), settings.queue),
        }
    }

    /// Derives 32 bytes. Blocks while others run.
    ///
    /// # Errors
    /// [`KdfError::Busy`] when too many wait; those of scrypt.
    pub fn derive(&self, password: &[u8], salt: &[u8], params: &Params) -> Result<MasterKey, KdfError> {
        let _place = self.gate.enter().ok_or(KdfError::Busy)?;
        MasterKey::try_from_fn(|key| self.kdf.derive(password, salt, params, key)).map_err(KdfError::Scrypt)
    }
}

/// Lets `parallel` in and `queue` wait.
struct Gate {
    parallel: usize,
    queue: usize,
    state: Mutex<Crowd>,
    left: Condvar,
}

#[derive(Default)]
struct Crowd {
    inside: usize,
    waiting: usize,
}

/// A place inside, given up when dropped.
struct Place<'a>(&'a Gate);

impl Gate {
    fn new(parallel: usize, queue: usize) -> Self {
        Self {
            parallel,
            queue,
            state: Mutex::default(),
            left: Condvar::new(),
        }
    }

    fn enter(&self) -> Option<Place<'_>> {
        let mut crowd = self.crowd();
        if crowd.inside >= self.parallel {
            if crowd.waiting >= self.queue {
                return None;
            }
            crowd.waiting += 1;
            crowd = self
                .left
                .wait_while(crowd, |crowd| crowd.inside >= self.parallel)
                .unwrap_or_else(PoisonError::into_inner);
            crowd.waiting -= 1;
        }
        crowd.inside += 1;
        Some(Place(self))
    }

    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        // The counters are whole at every point where a thread could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.crowd().inside -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_away_who_finds_no_place() {
        let gate = Gate::new(2, 0);
        let first = gate.enter().unwrap();
        let second = gate.enter().unwrap();
        assert!(gate.enter().is_none());
        drop(first);
        assert!(gate.enter().is_some());
        drop(second);
    }

    #[test]
    fn who_waits_gets_in() {
        let gate = Gate::new(1, 1);
        let place = gate.enter().unwrap();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| gate.enter().is_some());
            while gate.crowd().waiting == 0 {
                std::thread::yield_now();
            }
            assert!(gate.enter().is_none(), "the queue holds one");
            drop(place);
            assert!(waiter.join().unwrap());
        });
    }
}
