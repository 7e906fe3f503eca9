//! What a caller is ready to spend on one derivation.

use crate::{Error, Params};

/// Upper bounds on a derivation, checked before anything is allocated or computed: the parameters
/// come out of wallet files, which others may have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most [`Params::work`] accepted.
    pub max_work: u128,
    /// The most [`Params::memory`] accepted, in bytes. Running lanes side by side never takes more
    /// than this either.
    pub max_memory: u128,
}

impl Default for Limits {
    /// Sixteen times the work of kmd's default parameters, and 1 GiB.
    fn default() -> Self {
        Self {
            max_work: 16 * (65536 * 32),
            max_memory: 1 << 30,
        }
    }
}

impl Limits {
    /// Whether `params` are within these limits.
    ///
    /// # Errors
    ///
    /// [`Error::TooMuchWork`] or [`Error::TooMuchMemory`] where they are not.
    pub const fn check(&self, params: &Params) -> Result<(), Error> {
        if params.work() > self.max_work {
            return Err(Error::TooMuchWork);
        }
        if params.memory() > self.max_memory {
            return Err(Error::TooMuchMemory);
        }
        Ok(())
    }
}
