//! Signing keys that were used, kept expanded until the wallet changes.
//!
//! What is kept belongs to one state of the wallet, the generation at which it
//! was read. A change of our own that only adds keys leaves the others as they
//! are, so it may announce the state that it leads to: from then on both are
//! good, and signing need not look at the disk again. A change that deletes
//! announces nothing, and all is read anew.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kmd_algorand::PublicKey;
use kmd_crypto::SigningKey;

use crate::Generation;

/// Expanded keys of one state of the wallet. They are wiped with the wallet,
/// and as soon as it is seen to have changed.
pub(crate) struct KeyCache(RwLock<Kept>);

struct Kept {
    generation: Generation,
    announced: Option<Generation>,
    keys: HashMap<PublicKey, Arc<SigningKey>>,
}

impl Kept {
    fn at(generation: Generation) -> Self {
        Self {
            generation,
            announced: None,
            keys: HashMap::new(),
        }
    }

    fn is_of(&self, generation: Generation) -> bool {
        self.generation == generation || self.announced == Some(generation)
    }
}

impl KeyCache {
    /// An empty cache at a state at which the wallet was checked.
    pub(crate) fn at(generation: Generation) -> Self {
        Self(RwLock::new(Kept::at(generation)))
    }

    /// Whether the wallet was checked at this state.
    pub(crate) fn is_of(&self, generation: Generation) -> bool {
        self.read().is_of(generation)
    }

    /// The wallet was checked at this state: what was kept of another goes.
    pub(crate) fn begin(&self, generation: Generation) {
        let mut kept = self.write();
        if !kept.is_of(generation) {
            *kept = Kept::at(generation);
        }
    }

    /// The key, if it was kept at this very state of the wallet.
    pub(crate) fn get(&self, generation: Generation, key: &PublicKey) -> Option<Arc<SigningKey>> {
        let kept = self.read();
        if !kept.is_of(generation) {
            return None;
        }
        kept.keys.get(key).cloned()
    }

    /// Keeps a key that was read at this state, unless another has begun.
    pub(crate) fn put(&self, generation: Generation, key: PublicKey, signing: &Arc<SigningKey>) {
        let mut kept = self.write();
        if kept.is_of(generation) {
            kept.keys.insert(key, Arc::clone(signing));
        }
    }

    /// A commit under way leads from one state to another and changes no key.
    pub(crate) fn announce(&self, from: Generation, to: Generation) {
        let mut kept = self.write();
        if kept.is_of(from) {
            kept.generation = from;
            kept.announced = Some(to);
        }
    }

    /// The commit that was announced did not happen, or may not have.
    pub(crate) fn retract(&self) {
        let mut kept = self.write();
        *kept = Kept::at(kept.generation);
    }

    // A panic leaves at worst a key that is not kept.
    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use kmd_crypto::Seed;

    use super::*;

    fn state(changes: u64) -> Generation {
        Generation {
            container: [1, 1],
            changes,
        }
    }

    const KEY: PublicKey = PublicKey::from_bytes([1; 32]);

    fn kept_at(generation: Generation) -> KeyCache {
        let cache = KeyCache::at(generation);
        let signing = Arc::new(SigningKey::from_seed(&Seed::from_fn(|seed| seed.fill(1))));
        cache.put(generation, KEY, &signing);
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
        let signing = Arc::new(SigningKey::from_seed(&Seed::from_fn(|seed| seed.fill(1))));
        cache.put(state(1), KEY, &signing);
        assert!(!has(&cache, state(1)) && !has(&cache, state(2)));
    }

    #[test]
    fn an_announced_state_is_good_too() {
        let cache = kept_at(state(1));
        cache.announce(state(1), state(2));
        assert!(has(&cache, state(1)) && has(&cache, state(2)));
        cache.announce(state(2), state(3));
        assert!(!has(&cache, state(1)));
        assert!(has(&cache, state(2)) && has(&cache, state(3)));
    }

    #[test]
    fn what_follows_another_s_change_is_not() {
        let cache = kept_at(state(1));
        cache.announce(state(5), state(6));
        assert!(!has(&cache, state(6)));
    }

    #[test]
    fn what_was_retracted_is_not_good() {
        let cache = kept_at(state(1));
        cache.announce(state(1), state(2));
        cache.retract();
        assert!(!has(&cache, state(2)));
    }
}
