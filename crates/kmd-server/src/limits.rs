//! Bounds on everything that clients can scale.

use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

/// Bounds on connections and requests.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Largest body of a request in bytes; more is answered 413.
    pub(crate) body: usize,
    /// The same for requests that hold many operations.
    pub(crate) batch_body: usize,
    /// Bytes of large bodies in memory at once; more is answered 503.
    pub(crate) buffered_bodies: usize,
    /// Largest head of a request in bytes; more is answered 431.
    pub(crate) header: usize,
    /// From the first byte of a request to the end of its head.
    pub(crate) header_timeout: Duration,
    /// From there to the end of the body.
    pub(crate) body_timeout: Duration,
    /// How long a connection may stay without a request, or not read its answer.
    pub(crate) idle_timeout: Duration,
    /// Connections at once; more wait to be accepted.
    pub(crate) connections: NonZeroUsize,
}

/// Bounds on key derivation.
#[derive(Clone, Debug)]
pub(crate) struct KdfLimits {
    /// Derivations at once.
    pub(crate) parallel: NonZeroUsize,
    /// Derivations that wait; more are answered 503.
    pub(crate) queue: usize,
    /// Costliest parameters that are accepted, as a multiple of the default's N·r·p.
    pub(crate) max_work_factor: NonZeroU64,
    /// Most memory that one derivation may need, in bytes.
    pub(crate) max_memory: NonZeroU64,
}
