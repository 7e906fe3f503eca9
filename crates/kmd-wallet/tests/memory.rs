//! The contract, for wallets in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]
#![cfg(feature = "contract")]

use std::sync::Arc;

use kmd_wallet::Driver;
use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
use kmd_wallet::memory::MemoryDriver;

struct Made(MemoryDriver);

impl Made {
    fn new() -> Self {
        Self(MemoryDriver::new(
            cheap_params(),
            kdf(),
            Arc::new(TestRandom::default()),
        ))
    }

    fn driver(&self) -> &dyn Driver {
        &self.0
    }
}

kmd_wallet::contract_tests!(Made::new());
