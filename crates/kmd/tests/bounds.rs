//! Whatever a client can make large or slow has an end, and the daemon serves on.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "bounds/connections.rs"]
mod connections;
#[path = "bounds/key_derivation.rs"]
mod key_derivation;
#[path = "bounds/sizes.rs"]
mod sizes;
#[path = "bounds/times.rs"]
mod times;

mod support;

use support::{daemon::Daemon, http::Request};

/// Another client is served.
fn serves(daemon: &Daemon) {
    assert_eq!(daemon.tcp().send(&Request::new("GET", "/versions")).status, 200);
    assert_eq!(daemon.api().call("GET", "/v1/wallets", "").status, 200);
}
