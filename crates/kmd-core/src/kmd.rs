//! The daemon's state: drivers, sessions, and what is passed in.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use kmd_crypto::{MasterDerivationKey, Password, Random};
use kmd_wallet::{Backup, BackupName, Driver, Locked, Metadata, WalletId};

use crate::attempts::Attempts;
use crate::call::{Call, Patience};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::operation::{Policy, Recorder};
use crate::session::Sessions;
use crate::token::TokenKeeper;

/// What a daemon is made of.
pub struct KmdSettings {
    /// The drivers, asked in this order.
    pub drivers: Vec<Box<dyn Driver>>,
    /// How long a handle lives after it was made or renewed.
    pub session_lifetime: Duration,
    /// The clock of the handles.
    pub clock: Arc<dyn Clock>,
    /// Randomness for handles and wallet ids.
    pub random: Arc<dyn Random>,
    /// Who decides.
    pub policy: Arc<dyn Policy>,
    /// Who records.
    pub recorder: Arc<dyn Recorder>,
    /// Threads that one batch may use.
    pub threads: NonZeroUsize,
    /// Who keeps the API token.
    pub token: Arc<dyn TokenKeeper>,
}

/// What a wallet is to be created from.
pub struct WalletToCreate<'a> {
    /// Name of the driver.
    pub driver: &'a str,
    /// Name of the wallet; blank: the id becomes the name.
    pub name: &'a str,
    /// Its password.
    pub password: &'a Password,
    /// The master derivation key to recover; `None`: a new one is made.
    pub master_derivation_key: Option<MasterDerivationKey>,
}

/// What a handle opens and for how long.
pub struct HandleInfo {
    /// The wallet.
    pub wallet: Metadata,
    /// Time until it expires.
    pub remaining: Duration,
}

/// The daemon. All operations are methods of a [`Call`].
pub struct Kmd {
    pub(crate) drivers: Vec<Box<dyn Driver>>,
    pub(crate) sessions: Sessions,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) policy: Arc<dyn Policy>,
    pub(crate) recorder: Arc<dyn Recorder>,
    pub(crate) threads: NonZeroUsize,
    pub(crate) attempts: Attempts,
    pub(crate) token: Arc<dyn TokenKeeper>,
}

impl Kmd {
    /// A daemon without open wallets.
    pub fn new(settings: KmdSettings) -> Self {
        Self {
            drivers: settings.drivers,
            attempts: Attempts::new(Arc::clone(&settings.clock)),
            sessions: Sessions::new(settings.session_lifetime, settings.clock),
            token: settings.token,
            random: settings.random,
            policy: settings.policy,
            recorder: settings.recorder,
            threads: settings.threads,
        }
    }

    /// Begins a call that may wait for disks, and compute for long.
    pub fn call(&self) -> Call<'_> {
        Call::new(self, Patience::MayWait)
    }

    /// Begins a call that must not wait. Where it would have to, it fails with
    /// an error that [`Error::would_wait`] tells from others, and nothing has
    /// happened.
    pub fn call_at_once(&self) -> Call<'_> {
        Call::new(self, Patience::AtOnce)
    }

    /// Lets go of the wallets whose handles have expired. To be called when
    /// [`Self::time_to_next_deadline`] has passed.
    pub fn expire_sessions(&self) {
        self.sessions.expire();
    }

    /// How long until [`Self::expire_sessions`] has something to do.
    pub fn time_to_next_deadline(&self) -> Option<Duration> {
        self.sessions.time_to_next_deadline()
    }

    /// Handles that are open now.
    pub fn open_handles(&self) -> usize {
        self.sessions.count()
    }

    /// Wallets that are open now: those that a handle or a running operation
    /// holds.
    pub fn open_wallets(&self) -> usize {
        self.sessions.count_wallets()
    }

    pub(crate) fn driver(&self, name: &str) -> Result<&dyn Driver> {
        let driver = self.drivers.iter().find(|driver| driver.info().name == name);
        driver.map(AsRef::as_ref).ok_or(Error::UnknownDriver)
    }

    /// The wallet with this id, and the driver that has it.
    pub(crate) fn find(&self, id: &str) -> Result<(&dyn Driver, WalletId, Box<dyn Locked>)> {
        let id = WalletId::new(id).map_err(|_| kmd_wallet::Error::WalletNotFound)?;
        for driver in &self.drivers {
            match driver.open(&id) {
                Err(kmd_wallet::Error::WalletNotFound) => {}
                Err(error) => return Err(error.into()),
                Ok(locked) => return Ok((&**driver, id, locked)),
            }
        }
        Err(kmd_wallet::Error::WalletNotFound.into())
    }

    /// The backup of this name, of the first driver that has backups.
    pub(crate) fn find_backup(&self, name: &BackupName) -> Result<Box<dyn Backup>> {
        for driver in &self.drivers {
            match driver.open_backup(name) {
                Err(kmd_wallet::Error::NotSupported) => {}
                found => return Ok(found?),
            }
        }
        Err(kmd_wallet::Error::NotSupported.into())
    }
}
