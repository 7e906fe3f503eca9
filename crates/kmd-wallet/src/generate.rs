//! Generating keys, many requests in one commit.
//!
//! A commit waits for the disk; the keys themselves cost little. So requests
//! that come while a commit is under way are gathered, and the next commit
//! carries them all. Each is answered only after its own commit. Those who were
//! answered together tend to ask again together, so a commit waits for as many
//! as the last one carried, for a fraction of what a commit takes: else whoever
//! is first would commit alone, every other time.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use kmd_algorand::Address;
use kmd_crypto::{
    MasterDerivationKey, MasterKey, Random, SigningKey, derive_seed, open_max_key_index, seal_max_key_index,
};

use crate::store::{KeyRow, Transaction};
use crate::sync::thread::{self, Thread};
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::{Error, Result};

/// Most keys in one commit: bounds how long the first of them waits.
const MAX_BATCH: usize = 256;
/// How long a commit waits for others to take part.
const GATHER: Duration = Duration::from_micros(500);
/// Indexes are kept as signed integers of 64 bits in databases.
const MAX_INDEX: u64 = i64::MAX as u64;

/// Derives the next `count` keys.
pub(crate) fn generate_keys(
    transaction: &mut dyn Transaction,
    master_key: &MasterKey,
    derivation_key: &MasterDerivationKey,
    count: usize,
    random: &dyn Random,
) -> Result<Vec<Address>> {
    let damaged = Error::from_envelope("highest key index");
    let mut addresses = Vec::with_capacity(count);
    let mut index = open_max_key_index(master_key, &transaction.max_key_index()?).map_err(&damaged)?;
    while addresses.len() < count {
        let next = index.checked_add(1).filter(|index| *index <= MAX_INDEX);
        index = next.ok_or(Error::TooManyKeys)?;
        addresses.extend(generate_at(transaction, master_key, derivation_key, index, random)?);
    }
    let envelope = seal_max_key_index(master_key, index, random).map_err(&damaged)?;
    transaction.set_max_key_index(&envelope)?;
    Ok(addresses)
}

/// The key at `index`, unless it is there already since it was imported.
fn generate_at(
    transaction: &mut dyn Transaction,
    master_key: &MasterKey,
    derivation_key: &MasterDerivationKey,
    index: u64,
    random: &dyn Random,
) -> Result<Option<Address>> {
    let key = SigningKey::from_seed(&derive_seed(derivation_key, index));
    let address = Address::from_bytes(key.public_key());
    if transaction.has_key(&address)? {
        return Ok(None);
    }
    let secret_key = key
        .private_key()
        .seal(master_key, random)
        .map_err(Error::from_envelope("secret key"))?;
    transaction.insert_key(&KeyRow {
        address,
        secret_key,
        index: Some(index),
    })?;
    Ok(Some(address))
}

/// Gathers requests. The first to come leads: it commits for all that wait.
///
/// Whoever waits sleeps until it is told, alone, what became of it: to wake all
/// at once costs more than the keys do.
#[derive(Default)]
pub(crate) struct GroupCommit {
    state: Mutex<Gathered>,
    /// Somebody takes part.
    joined: Condvar,
}

#[derive(Default)]
struct Gathered {
    /// Those that no commit carries yet, in the order in which they came.
    waiting: VecDeque<Arc<Member>>,
    led: bool,
    /// How many the last commit carried.
    last: usize,
}

/// Somebody who waits.
struct Member {
    told: Mutex<Option<Told>>,
    thread: Thread,
}

/// What somebody who waits is told.
enum Told {
    /// The commit that carried it lasts: its key.
    Done(Address),
    /// Nobody commits for it: it leads.
    Lead,
}

impl Member {
    fn tell(&self, told: Told) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
        self.thread.unpark();
    }

    fn wait(&self) -> Told {
        loop {
            if let Some(told) = self.told.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return told;
            }
            thread::park();
        }
    }
}

impl GroupCommit {
    /// Takes part in a commit. `commit` makes that many keys last, or none.
    ///
    /// # Errors
    /// Those of `commit`, to the one who led it; the others try again.
    pub(crate) fn join(&self, commit: impl Fn(usize) -> Result<Vec<Address>>) -> Result<Address> {
        let mut state = self.lock();
        if !state.led {
            state.led = true;
            return self.lead(state, commit);
        }
        let member = Arc::new(Member {
            told: Mutex::new(None),
            thread: thread::current(),
        });
        state.waiting.push_back(Arc::clone(&member));
        drop(state);
        self.joined.notify_one();
        match member.wait() {
            Told::Done(address) => Ok(address),
            Told::Lead => self.lead(self.lock(), commit),
        }
    }

    fn lead(&self, state: MutexGuard<'_, Gathered>, commit: impl Fn(usize) -> Result<Vec<Address>>) -> Result<Address> {
        let mut state = self.gather(state);
        let count = state.waiting.len().min(MAX_BATCH - 1);
        let mut led = Led {
            group: self,
            followers: state.waiting.drain(..count).collect(),
        };
        state.last = 1 + count;
        drop(state);

        let mut addresses = commit(1 + count)?.into_iter();
        let own = addresses.next();
        for address in addresses {
            if let Some(follower) = led.followers.pop_front() {
                follower.tell(Told::Done(address));
            }
        }
        drop(led);
        own.ok_or(Error::TooManyKeys)
    }

    /// Waits until as many wait as followed in the last commit, but not for long.
    fn gather<'a>(&self, state: MutexGuard<'a, Gathered>) -> MutexGuard<'a, Gathered> {
        let enough = state.last.saturating_sub(1);
        let too_few = |state: &mut Gathered| state.waiting.len() < enough;
        let gathered = self.joined.wait_timeout_while(state, GATHER, too_few);
        gathered.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leadership, passed on also when the commit fails or panics.
struct Led<'a> {
    group: &'a GroupCommit,
    /// Those whose keys are being committed.
    followers: VecDeque<Arc<Member>>,
}

impl Drop for Led<'_> {
    fn drop(&mut self) {
        let mut state = self.group.lock();
        // What was not committed is tried again, by whoever of them came first.
        while let Some(follower) = self.followers.pop_back() {
            state.waiting.push_front(follower);
        }
        let next = state.waiting.pop_front();
        // Looked at and given up under one lock. The mutant gives it up in between.
        #[cfg(feature = "mutant-commit")]
        {
            drop(state);
            state = self.group.lock();
        }
        match next {
            Some(next) => next.tell(Told::Lead),
            None => state.led = false,
        }
    }
}

#[cfg(all(test, not(feature = "model")))]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn address(number: usize) -> Address {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Address::from_bytes(bytes)
    }

    /// Numbers addresses as they are committed.
    fn numbering(next: &AtomicUsize) -> impl Fn(usize) -> Result<Vec<Address>> {
        move |count| {
            let first = next.fetch_add(count, Ordering::Relaxed);
            Ok((first..first + count).map(address).collect())
        }
    }

    #[test]
    fn everybody_gets_a_key_of_their_own() {
        let (group, next, commits) = (GroupCommit::default(), AtomicUsize::new(0), AtomicUsize::new(0));
        let number = numbering(&next);
        let got: HashSet<Address> = thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        let one = || {
                            group.join(|count| {
                                commits.fetch_add(1, Ordering::Relaxed);
                                number(count)
                            })
                        };
                        (0..50).map(|_| one().unwrap()).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(got.len(), 800);
        assert_eq!(next.load(Ordering::Relaxed), 800, "no key is made that nobody gets");
        assert!(commits.load(Ordering::Relaxed) <= 800);
    }

    #[test]
    fn those_who_wait_during_a_commit_share_the_next() {
        let (group, next) = (GroupCommit::default(), AtomicUsize::new(0));
        let number = numbering(&next);
        let batches = Mutex::new(Vec::new());
        let commit = |count| {
            batches.lock().unwrap().push(count);
            // The first commit lasts until three others wait.
            while batches.lock().unwrap().len() == 1 && group.lock().waiting.len() < 3 {
                thread::yield_now();
            }
            number(count)
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| group.join(commit).unwrap());
            }
        });
        let batches = batches.into_inner().unwrap();
        assert_eq!(batches.iter().sum::<usize>(), 4);
        assert_eq!(batches.len(), 2, "{batches:?}");
    }

    #[test]
    fn a_failed_commit_fails_its_leader_only() {
        let group = GroupCommit::default();
        let failures = AtomicUsize::new(0);
        let commit = |count: usize| {
            if failures.fetch_add(1, Ordering::Relaxed) == 0 {
                while group.lock().waiting.len() < 2 {
                    thread::yield_now();
                }
                return Err(Error::TooManyKeys);
            }
            Ok((0..count).map(address).collect())
        };
        let results: Vec<bool> = thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| group.join(commit).is_ok())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|ok| **ok).count(), 2);
    }
}
