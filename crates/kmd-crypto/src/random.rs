//! Randomness as a dependency.

use thiserror::Error;

/// The source of randomness failed.
#[derive(Debug, Error)]
#[error("error reading random bytes")]
pub struct RandomError;

/// A source of secret, unpredictable bytes. The daemon passes the operating
/// system's, tests pass what they like.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the source fails; `bytes` must not be used then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    /// Bytes that count up, so that no two calls give the same.
    #[derive(Default)]
    pub(crate) struct Counting(AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
            for byte in bytes {
                *byte = self.0.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        }
    }
}
