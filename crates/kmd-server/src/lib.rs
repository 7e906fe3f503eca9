//! The daemon around [`kmd_core`]: data directory, configuration, listeners,
//! limits, HTTP.
//!
//! ```text
//! run ──► config ──► data_dir (lock) ──► log ──► hardening ──► listeners, token ──► sandbox
//!  │
//!  └──► serve ──► workers ──► connection (deadlines) ──► http (route, token, CORS)
//!                                                         │ handlers of v1 and v2
//!                                                         └──► bridge ──► kmd-core
//! ```
//!
//! This is the only part that is asynchronous, and `bridge` the only place
//! where it meets what blocks.

mod activation;
mod bridge;
mod clock;
pub mod config;
mod connection;
mod data_dir;
mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod hardening;
mod http;
mod ledger;
mod limits;
mod log;
mod messages;
mod metrics;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod panicking;
mod random;
mod readiness;
mod run;
mod sandbox;
mod serve;
mod service_manager;
mod status;
mod token;
mod watchdog;
mod workers;

pub use error::StartError;
pub use hardening::forbid_dumps;
pub use run::{Options, run};
