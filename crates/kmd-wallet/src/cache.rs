//! Signing keys that were used, kept expanded until the wallet changes.
//!
//! What is kept belongs to one state of the wallet, the generation at which the
//! wallet was last checked. A change of our own that only adds keys leaves the
//! others as they are, so the cache moves on with it. Whatever else changed the
//! wallet empties it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use kmd_algorand::PublicKey;
use kmd_crypto::SigningKey;

use crate::Generation;
use crate::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Expanded keys of one state of the wallet. They are wiped with the wallet,
/// and as soon as it is seen to have changed.
pub(crate) struct KeyCache(RwLock<Kept>);

struct Kept {
    generation: Generation,
    keys: HashMap<PublicKey, Arc<SigningKey>>,
}

impl KeyCache {
    /// An empty cache at a state at which the wallet was checked.
    pub(crate) fn at(generation: Generation) -> Self {
        Self(RwLock::new(Kept {
            generation,
            keys: HashMap::new(),
        }))
    }

    /// Whether the wallet was checked at this state.
    pub(crate) fn is_at(&self, generation: Generation) -> bool {
        self.read().generation == generation
    }

    /// The wallet was checked at this state: what was kept of another goes.
    pub(crate) fn begin(&self, generation: Generation) {
        let mut kept = self.write();
        if kept.generation != generation {
            kept.generation = generation;
            kept.keys.clear();
        }
    }

    /// A change that only added keys led from one state to the other.
    pub(crate) fn advance(&self, from: Generation, to: Generation) {
        let mut kept = self.write();
        if kept.generation == from {
            kept.generation = to;
        }
    }

    /// A key is about to be deleted: nothing that was read before is kept.
    pub(crate) fn clear(&self) {
        let mut kept = self.write();
        kept.keys.clear();
        // No file is ever at this state, so nothing is kept until it is checked again.
        kept.generation = Generation::default();
    }

    /// The key, if it was kept at this very state of the wallet.
    pub(crate) fn get(&self, generation: Generation, key: &PublicKey) -> Option<Arc<SigningKey>> {
        let kept = self.read();
        if kept.generation != generation {
            return None;
        }
        kept.keys.get(key).cloned()
    }

    /// Keeps a key that was read at this state, unless another has begun.
    pub(crate) fn put(&self, generation: Generation, key: PublicKey, signing: &Arc<SigningKey>) {
        // Looked at and kept under one lock. The mutant gives it up in between.
        #[cfg(feature = "mutant")]
        if !self.is_at(generation) {
            return;
        }
        let mut kept = self.write();
        if cfg!(feature = "mutant") || kept.generation == generation {
            kept.keys.insert(key, Arc::clone(signing));
        }
    }

    // A panic leaves at worst a key that is not kept.
    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, not(feature = "model")))]
mod tests {
    use kmd_crypto::Seed;

    use super::*;

    fn state(changes: u32) -> Generation {
        Generation {
            container: [1, 1],
            written: [1, 1, 1],
            changes,
        }
    }

    const KEY: PublicKey = PublicKey::from_bytes([1; 32]);

    fn put(cache: &KeyCache, generation: Generation) {
        let signing = Arc::new(SigningKey::from_seed(&Seed::from_fn(|seed| seed.fill(1))));
        cache.put(generation, KEY, &signing);
    }

    fn kept_at(generation: Generation) -> KeyCache {
        let cache = KeyCache::at(generation);
        put(&cache, generation);
        cache
    }

    fn has(cache: &KeyCache, generation: Generation) -> bool {
        cache.get(generation, &KEY).is_some()
    }

    #[test]
    fn a_key_is_kept_for_its_state_only() {
        let cache = kept_at(state(1));
        assert!(has(&cache, state(1)));
        assert!(!has(&cache, state(2)));
        cache.begin(state(2));
        assert!(!has(&cache, state(1)) && !has(&cache, state(2)));
    }

    #[test]
    fn a_key_read_before_a_change_is_not_kept_after_it() {
        let cache = KeyCache::at(state(2));
        put(&cache, state(1));
        assert!(!has(&cache, state(1)) && !has(&cache, state(2)));
    }

    #[test]
    fn keys_move_on_with_a_change_that_only_adds() {
        let cache = kept_at(state(1));
        cache.advance(state(1), state(2));
        assert!(!has(&cache, state(1)) && has(&cache, state(2)));
        cache.advance(state(5), state(6));
        assert!(!has(&cache, state(6)), "another's change lay in between");
    }

    #[test]
    fn nothing_outlives_a_deletion() {
        let cache = kept_at(state(1));
        cache.clear();
        put(&cache, state(1));
        cache.advance(state(1), state(2));
        assert!(!has(&cache, state(1)) && !has(&cache, state(2)));
    }
}
