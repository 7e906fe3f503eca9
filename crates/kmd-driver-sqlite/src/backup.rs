//! Backups: wallets copied by SQLite itself (VACUUM INTO), so that they are in
//! one state though others write, and hold nothing that was deleted.
//!
//! They lie in one folder, under plain names. A copy is opened and looked
//! through before it gets its name.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kmd_crypto::Password;
use kmd_wallet::{
    BackedUp, Backup, BackupName, Error, Locked, Metadata, Restored, Result, SoftLocked, Store, Verification,
    WalletName,
};
use rusqlite::Connection;

use crate::connection::{self, BUSY_TIMEOUT, damaged, database, io};
use crate::descriptor::identity;
use crate::file_name;
use crate::folder::{Folder, ensure};
use crate::look::{Look, look};
use crate::store::SqliteStore;
use crate::unfinished::LockedFolder;

/// Has a backup written by `copy`, and looked at by `check` before it counts.
pub(crate) fn write(
    folder: &Arc<Folder>,
    name: &BackupName,
    copy: impl FnOnce(&Path) -> Result<()>,
    check: &dyn Fn(&dyn Store) -> Result<Verification>,
) -> Result<BackedUp> {
    let backups = usable(folder)?;
    if fs::symlink_metadata(backups.join(name.as_str())).is_ok() {
        return Err(Error::BackupExists);
    }
    let unfinished = LockedFolder::lock(backups, folder.in_use())?.begin(name.as_str(), || Error::BackupExists)?;
    copy(unfinished.path())?;
    let verification = check(&SqliteStore::open(unfinished.path().to_owned(), Arc::clone(folder))?)?;
    let path = LockedFolder::lock(backups, folder.in_use())?.finish(unfinished, name.as_str())?;
    Ok(BackedUp { path, verification })
}

/// Copies a database into an empty file.
pub(crate) fn copy(connection: &Connection, to: &Path) -> Result<()> {
    let path = to.to_str().ok_or_else(|| damaged(to, "the path is not UTF-8"))?;
    connection
        .execute("VACUUM INTO ?1", [path])
        .map(drop)
        .map_err(database(to))
}

/// The folder of backups. It must be another than that of wallets: a copy there
/// would be the same wallet twice.
fn usable(folder: &Folder) -> Result<&Path> {
    let backups = folder.backups();
    ensure(backups)?;
    let of = |path: &Path| fs::metadata(path).map(|metadata| identity(&metadata)).map_err(io(path));
    if of(backups)? == of(folder.path())? {
        return Err(damaged(
            backups,
            "backups cannot lie among the wallets; set kmd.backup_dir to another folder",
        ));
    }
    Ok(backups)
}

/// Makes what unlocks a wallet in a file.
pub(crate) type MakeLocked = Box<dyn FnOnce(SqliteStore) -> SoftLocked<SqliteStore> + Send>;

/// A backup that was found.
pub(crate) struct SqliteBackup {
    path: PathBuf,
    name: BackupName,
    metadata: Metadata,
    folder: Arc<Folder>,
    make_locked: MakeLocked,
}

impl SqliteBackup {
    pub(crate) fn open(folder: &Arc<Folder>, name: &BackupName, make_locked: MakeLocked) -> Result<Self> {
        let path = folder.backups().join(name.as_str());
        // No link: what it leads to lies elsewhere.
        if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            return Err(Error::BackupNotFound);
        }
        match look(&path, BUSY_TIMEOUT) {
            Ok(Look::Wallet(metadata)) => Ok(Self {
                path,
                name: name.clone(),
                metadata,
                folder: Arc::clone(folder),
                make_locked,
            }),
            Ok(_) => Err(damaged(&path, "it is no wallet")),
            Err(skipped) => Err(damaged(&path, &skipped.cause)),
        }
    }
}

impl Backup for SqliteBackup {
    fn metadata(&self) -> Result<Metadata> {
        Ok(self.metadata.clone())
    }

    fn restore(self: Box<Self>, name: Option<WalletName>, password: &Password) -> Result<Restored> {
        let folder = &self.folder;
        let mut wallet = self.metadata.clone();
        if let Some(name) = name {
            wallet.name = name;
        }
        folder.ensure()?;
        folder.check_free(&wallet.name, &wallet.id)?;
        // Whatever the backup is called, this does not end as wallets do.
        let begun = format!("restore-{}.part", self.name.as_str());
        let unfinished = folder.lock()?.begin(&begun, || Error::IdTaken)?;
        let source = connection::look(&self.path, BUSY_TIMEOUT).map_err(database(&self.path))?;
        copy(&source, unfinished.path())?;
        drop(source);
        let store = SqliteStore::open(unfinished.path().to_owned(), Arc::clone(folder))?;
        // The one whose wrong passwords were counted.
        if store.metadata()? != self.metadata {
            return Err(Error::Replaced);
        }
        if wallet.name != self.metadata.name {
            store.set_name(wallet.name.as_str())?;
        }
        let locked = Box::new((self.make_locked)(store));
        let verification = locked.verify(password)?;
        let lock = folder.lock()?;
        folder.check_free(&wallet.name, &wallet.id)?;
        lock.finish(unfinished, &file_name::of(&wallet.id, &wallet.name))?;
        Ok(Restored { wallet, verification })
    }
}
