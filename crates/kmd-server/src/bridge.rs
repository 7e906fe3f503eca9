//! The one bridge from the asynchronous edge to what blocks.
//!
//! Work is handed over whole and runs to its end, whether or not the client is
//! still there: hanging up never tears an operation in the middle.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Handle;

/// Leads to the threads that may wait. All workers share them.
#[derive(Clone)]
pub(crate) struct Bridge(Handle);

impl Bridge {
    /// To the threads of this runtime.
    pub(crate) fn new(runtime: Handle) -> Self {
        Self(runtime)
    }

    /// Runs work that may wait for a disk or compute for long.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        self.0.spawn_blocking(work).await.map_err(|_| Panicked)
    }

    /// Runs such work without waiting for its end.
    pub(crate) fn start(&self, work: impl FnOnce() + Send + 'static) {
        drop(self.0.spawn_blocking(work));
    }
}

/// Does work that waits for nothing where it is asked for.
pub(crate) fn at_once<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    // What it leaves is behind locks, as with work that panics on another thread.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked)
}

/// The work panicked, which is a bug: logged by the panic hook, answered 500.
#[derive(Debug)]
pub(crate) struct Panicked;
