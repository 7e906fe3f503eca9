//! The contract, for wallets in SQLite files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::sync::Arc;
use std::time::SystemTime;

use kmd_driver_sqlite::{SqliteDriver, SqliteSettings};
use kmd_wallet::Driver;
use kmd_wallet::contract::{TestRandom, cheap_params, kdf};

struct Made {
    driver: SqliteDriver,
    _folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let driver = SqliteDriver::new(SqliteSettings {
            folder: folder.path().join("wallets"),
            backups: folder.path().join("backups"),
            params: cheap_params(),
            kdf: kdf(),
            random: Arc::new(TestRandom::default()),
            on_skipped: Box::new(|path, cause| panic!("skipped {}: {cause}", path.display())),
            now: SystemTime::now,
        });
        Self {
            driver: driver.unwrap(),
            _folder: folder,
        }
    }

    fn driver(&self) -> &dyn Driver {
        &self.driver
    }
}

kmd_wallet::contract_tests!(Made::new());
