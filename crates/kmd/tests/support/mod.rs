//! What every test of the whole daemon needs: a daemon in a directory of its own, a client that hides nothing of the
//! wire, and the golden data.
//!
//! No test sleeps to wait for the daemon: it is ready when it says so on stdout, stopped when its stdout ends, and
//! every read has an end of patience, so that a daemon that hangs is a failure and not a hang.

// Each test binary includes all of this and uses its part.
#![allow(dead_code)]

pub mod algorand;
pub mod api;
pub mod canary;
pub mod daemon;
pub mod golden;
pub mod http;
pub mod pack;
pub mod secrets;

use std::time::Duration;

/// How long anything may take before the test gives up on it; far beyond what a busy machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The API token of every test daemon that does not say otherwise.
pub const TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
