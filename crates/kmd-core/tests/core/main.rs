//! The core over wallets in memory, on a manual clock.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod attempts;
mod batch;
mod care;
mod multisig;
mod operations;
mod sessions;
mod support;
