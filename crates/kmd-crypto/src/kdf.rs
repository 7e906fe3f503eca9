//! Passwords to keys: scrypt behind a gate.
//!
//! A derivation costs much time and memory on purpose, so who can ask for many
//! could starve the daemon. Only so many run at once; so many more wait; the
//! rest is turned away at once and told to come back.

use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
    /// The parameters may not be given to a new password.
    #[error(transparent)]
    Unfit(#[from] UnfitParams),
}

/// Why parameters may not be given to a new password.
#[derive(Debug, Error)]
pub enum UnfitParams {
    /// They are below the floor.
    #[error(transparent)]
    TooWeak(#[from] TooWeak),
    /// They are not scrypt's.
    #[error(transparent)]
    Invalid(#[from] ParamsError),
    /// They are above the ceiling.
    #[error(transparent)]
    TooCostly(#[from] kmd_scrypt::Error),
}

/// The weakest parameters that a password may be given.
#[derive(Clone, Copy, Debug)]
pub struct KdfFloor {
    /// Least N.
    pub n: u64,
    /// Least r.
    pub r: u32,
    /// Least p.
    pub p: u32,
}

/// Which parameter is below the floor, in the words of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("slow scrypt {name} must be at least {least}")]
pub struct TooWeak {
    /// N, R or P.
    pub name: &'static str,
    /// The floor.
    pub least: u64,
}

impl KdfFloor {
    /// No floor: any parameters will do.
    pub const NONE: Self = Self { n: 0, r: 0, p: 0 };

    /// That of the reference, unless it is told otherwise.
    pub const REFERENCE: Self = Self { n: 32_768, r: 1, p: 32 };

    /// Whether the parameters, valid or not, are above it.
    ///
    /// # Errors
    /// [`TooWeak`].
    pub fn check(&self, n: u64, r: u32, p: u32) -> Result<(), TooWeak> {
        let pairs = [
            ("N", n, self.n),
            ("R", r.into(), self.r.into()),
            ("P", p.into(), self.p.into()),
        ];
        match pairs.into_iter().find(|(_, value, least)| value < least) {
            Some((name, _, least)) => Err(TooWeak { name, least }),
            None => Ok(()),
        }
    }
}

/// How much work may go on at once.
#[derive(Clone, Copy, Debug)]
pub struct PasswordKdfSettings {
    /// What a single derivation may cost.
    pub limits: Limits,
    /// What the derivation for a new password must at least cost.
    pub floor: KdfFloor,
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
    limits: Limits,
    floor: KdfFloor,
    gate: Gate,
    timing: Option<Timing>,
}

/// A clock, and who wants to know what it says.
struct Timing {
    now: fn() -> Instant,
    took: Box<dyn Fn(Duration) + Send + Sync>,
}

/// How busy a [`PasswordKdf`] is at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KdfLoad {
    /// Derivations that run.
    pub running: usize,
    /// Derivations that wait for those.
    pub waiting: usize,
}

impl PasswordKdf {
    /// A KDF with these bounds.
    pub fn new(settings: PasswordKdfSettings) -> Self {
        Self {
            kdf: Kdf::new(settings.limits, settings.threads),
            limits: settings.limits,
            floor: settings.floor,
            gate: Gate::new(settings.parallel.get(), settings.queue),
            timing: None,
        }
    }

    /// The same KDF, which tells `took` how long each derivation ran by the
    /// clock `now`; the time in the queue does not count.
    #[must_use]
    pub fn timed(mut self, now: fn() -> Instant, took: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.timing = Some(Timing {
            now,
            took: Box::new(took),
        });
        self
    }

    /// How busy it is now.
    pub fn load(&self) -> KdfLoad {
        let crowd = self.gate.crowd();
        KdfLoad {
            running: crowd.inside,
            waiting: crowd.waiting,
        }
    }

    /// The parameters for a new password, if they are neither too weak nor too
    /// costly. Costs nothing.
    ///
    /// # Errors
    /// [`UnfitParams`].
    pub fn params(&self, n: u64, r: u32, p: u32) -> Result<Params, UnfitParams> {
        self.floor.check(n, r, p)?;
        let params = Params::new(n, r, p)?;
        self.limits.check(&params)?;
        Ok(params)
    }

    /// Derives 32 bytes. Blocks while others run.
    ///
    /// # Errors
    /// [`KdfError::Busy`] when too many wait; those of scrypt.
    pub fn derive(&self, password: &[u8], salt: &[u8], params: &Params) -> Result<MasterKey, KdfError> {
        let _place = self.gate.enter().ok_or(KdfError::Busy)?;
        let started = self.timing.as_ref().map(|timing| (timing.now)());
        let key = MasterKey::try_from_fn(|key| self.kdf.derive(password, salt, params, key)).map_err(KdfError::Scrypt);
        if let (Some(timing), Some(started)) = (&self.timing, started) {
            (timing.took)((timing.now)().saturating_duration_since(started));
        }
        key
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
    fn each_derivation_is_told_of_with_its_time() {
        let (told, times) = std::sync::mpsc::channel();
        let kdf = PasswordKdf::new(PasswordKdfSettings {
            limits: Limits::default(),
            floor: KdfFloor::NONE,
            parallel: NonZeroUsize::MIN,
            queue: 0,
            threads: NonZeroUsize::MIN,
        })
        .timed(Instant::now, move |time| told.send(time).unwrap());
        let params = Params::new(2, 1, 1).unwrap();
        kdf.derive(b"password", b"salt", &params).unwrap();
        assert_eq!(times.try_iter().count(), 1);
        let place = kdf.gate.enter().unwrap();
        assert_eq!(kdf.load(), KdfLoad { running: 1, waiting: 0 });
        // What is turned away took no time.
        assert!(matches!(kdf.derive(b"password", b"salt", &params), Err(KdfError::Busy)));
        assert_eq!(times.try_iter().count(), 0);
        drop(place);
        assert_eq!(kdf.load(), KdfLoad::default());
    }

    #[test]
    fn parameters_have_a_floor_and_a_ceiling() {
        let kdf = PasswordKdf::new(PasswordKdfSettings {
            limits: Limits::default(),
            floor: KdfFloor::REFERENCE,
            parallel: NonZeroUsize::MIN,
            queue: 0,
            threads: NonZeroUsize::MIN,
        });
        let refused = |n, r, p| kdf.params(n, r, p).err().map(|error| error.to_string());
        assert_eq!(refused(32_768, 1, 32), None);
        assert_eq!(refused(16_384, 1, 32).unwrap(), "slow scrypt N must be at least 32768");
        assert_eq!(refused(32_768, 0, 32).unwrap(), "slow scrypt R must be at least 1");
        assert_eq!(refused(32_768, 1, 31).unwrap(), "slow scrypt P must be at least 32");
        assert!(matches!(kdf.params(32_769, 1, 32), Err(UnfitParams::Invalid(_))));
        assert!(matches!(kdf.params(1 << 30, 8, 32), Err(UnfitParams::TooCostly(_))));
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
        assert_eq!(gate.crowd().waiting, 0, "the queue has room again");
    }
}
