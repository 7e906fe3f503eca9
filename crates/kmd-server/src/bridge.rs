//! The one bridge from the asynchronous edge to what blocks.
//!
//! Work is handed over whole and runs to its end, whether or not the client is
//! still there: hanging up never tears an operation in the middle.

/// Runs work that may wait for a disk or compute for long.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Panicked)
}

/// The work panicked, which is a bug: logged by the panic hook, answered 500.
#[derive(Debug)]
pub(crate) struct Panicked;
