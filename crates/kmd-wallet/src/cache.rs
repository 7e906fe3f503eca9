//! Signing keys that were used, kept expanded until the wallet changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use kmd_algorand::PublicKey;
use kmd_crypto::SigningKey;

use crate::Generation;

/// Expanded keys of one state of the wallet. They are wiped with the wallet,
/// and as soon as it is seen to have changed.
#[derive(Default)]
pub(crate) struct KeyCache(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    generation: Generation,
    keys: HashMap<PublicKey, Arc<SigningKey>>,
}

impl KeyCache {
    /// The key, if it was kept at this very state of the wallet.
    pub(crate) fn get(&self, generation: Generation, key: &PublicKey) -> Option<Arc<SigningKey>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if kept.generation != generation {
            return None;
        }
        kept.keys.get(key).cloned()
    }

    /// Keeps a key that was read at this state; drops those of other states.
    pub(crate) fn put(&self, generation: Generation, key: PublicKey, signing: &Arc<SigningKey>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.generation != generation {
            kept.keys.clear();
            kept.generation = generation;
        }
        kept.keys.insert(key, Arc::clone(signing));
    }
}
