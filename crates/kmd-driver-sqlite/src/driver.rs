//! The driver: finds wallets in the folder and makes new ones.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use kmd_crypto::{KdfParams, Password, PasswordKdf, Random};
use kmd_wallet::{
    Backup, BackupName, Driver, DriverInfo, Error, Locked, Metadata, NewWallet, Result, SoftLocked, WalletId,
    WalletName, seal_new_wallet,
};

use crate::backup::{MakeLocked, SqliteBackup};
use crate::folder::{Folder, OnSkipped, ensure};
use crate::store::SqliteStore;
use crate::{INFO, create};

/// What the driver needs to know and is given.
pub struct SqliteSettings {
    /// The wallets folder.
    pub folder: PathBuf,
    /// The folder of backups.
    pub backups: PathBuf,
    /// KDF parameters of new wallets. Wallets that exist name their own.
    pub params: KdfParams,
    /// The KDF.
    pub kdf: Arc<PasswordKdf>,
    /// Randomness for keys, nonces and salts.
    pub random: Arc<dyn Random>,
    /// Told of files that are no wallets.
    pub on_skipped: OnSkipped,
    /// The time, to tell when the times of a file can be relied on.
    pub now: fn() -> SystemTime,
}

/// Keeps wallets in SQLite files.
pub struct SqliteDriver {
    folder: Arc<Folder>,
    params: KdfParams,
    kdf: Arc<PasswordKdf>,
    random: Arc<dyn Random>,
}

impl SqliteDriver {
    /// A driver for a folder. It and that of backups are made where they are missing.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn new(settings: SqliteSettings) -> Result<Self> {
        let folder = Folder::new(settings.folder, settings.backups, settings.on_skipped, settings.now);
        folder.ensure()?;
        ensure(folder.backups())?;
        folder.watch();
        Ok(Self {
            folder: Arc::new(folder),
            params: settings.params,
            kdf: settings.kdf,
            random: settings.random,
        })
    }

    fn find(&self, id: &WalletId) -> Result<SoftLocked<SqliteStore>> {
        Ok(self.make_locked()(self.store(id)?))
    }

    fn make_locked(&self) -> MakeLocked {
        let (params, kdf, random) = (self.params, Arc::clone(&self.kdf), Arc::clone(&self.random));
        Box::new(move |store| SoftLocked::new(store, params, kdf, random))
    }

    fn store(&self, id: &WalletId) -> Result<SqliteStore> {
        SqliteStore::open(self.folder.find(id)?, Arc::clone(&self.folder))
    }
}

impl Driver for SqliteDriver {
    fn info(&self) -> DriverInfo {
        INFO
    }

    fn list(&self) -> Result<Vec<Metadata>> {
        self.folder.wallets()
    }

    fn create(&self, mut new: NewWallet<'_>) -> Result<()> {
        self.folder.ensure()?;
        // Where the name was taken a moment ago it is looked at again, to spare the
        // KDF; the look that counts is the one with the lock held.
        if self.folder.had_name(&new.name) {
            self.folder.check_name_free(&new.name)?;
        }
        let secrets = seal_new_wallet(
            &self.kdf,
            self.params,
            new.password,
            new.master_derivation_key.take(),
            &*self.random,
        )?;
        let lock = self.folder.lock()?;
        self.folder.check_free(&new.name, &new.id)?;
        create::create(&lock, &new, &secrets)
    }

    fn rename(&self, id: &WalletId, name: &WalletName, password: &Password) -> Result<()> {
        let locked = self.find(id)?;
        if name.as_str().is_empty() {
            return Err(Error::NameEmpty);
        }
        self.folder.check_name_free(name)?;
        drop(locked.unlock_soft(password)?);
        let _lock = self.folder.lock()?;
        self.folder.check_name_free(name)?;
        self.store(id)?.set_name(name.as_str())
    }

    fn open(&self, id: &WalletId) -> Result<Box<dyn Locked>> {
        Ok(Box::new(self.find(id)?))
    }

    fn file(&self, id: &WalletId) -> Option<String> {
        Some(self.folder.last_seen(id)?.display().to_string())
    }

    fn open_backup(&self, name: &BackupName) -> Result<Box<dyn Backup>> {
        Ok(Box::new(SqliteBackup::open(&self.folder, name, self.make_locked())?))
    }
}
