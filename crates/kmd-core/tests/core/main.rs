//! The core over wallets in memory, on a manual clock.

mod operations;
mod sessions;
mod support;
