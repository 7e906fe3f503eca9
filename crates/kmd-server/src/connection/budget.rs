//! How much of large bodies may lie in memory at once, all connections together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a body may have without a share: most requests need none.
const FREE: usize = 64 << 10;

/// Bytes for large bodies.
#[derive(Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

/// What a body has of it; given back when dropped.
pub(crate) struct Share {
    budget: Budget,
    held: Option<OwnedSemaphorePermit>,
}

/// Others have what is left.
#[derive(Debug)]
pub(crate) struct Exhausted;

impl Budget {
    /// So many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// The share of a body of which nothing came yet.
    pub(crate) fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            held: None,
        }
    }
}

impl Share {
    /// Makes it large enough for a body of so many bytes.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if bytes <= FREE || bytes <= held {
            return Ok(());
        }
        let more = u32::try_from(bytes - held).map_err(|_| Exhausted)?;
        let more = Arc::clone(&self.budget.0)
            .try_acquire_many_owned(more)
            .map_err(|_| Exhausted)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            held => *held = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_missing_until_it_is_given_back() {
        let budget = Budget::new(4 * FREE);
        let (mut one, mut other) = (budget.share(), budget.share());
        assert!(one.grow_to(2 * FREE).is_ok());
        assert!(one.grow_to(3 * FREE).is_ok());
        assert!(other.grow_to(2 * FREE).is_err());
        assert!(other.grow_to(FREE).is_ok(), "small bodies need none");
        assert!(one.grow_to(4 * FREE).is_ok(), "what was refused is not held");
        assert!(one.grow_to(4 * FREE + 1).is_err());
        drop(one);
        assert!(other.grow_to(4 * FREE).is_ok());
    }
}
