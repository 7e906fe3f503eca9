//! Locks: those of the standard library or, with the feature `model`, those of a
//! checker that tries every order in which threads may run.

#[cfg(feature = "model")]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
#[cfg(not(feature = "model"))]
pub(crate) use std::sync::{Mutex, MutexGuard};
