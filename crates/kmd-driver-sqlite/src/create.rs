//! Creating a wallet: afterwards there is a whole one, or none.
//!
//! The database is written under a name that is no wallet's, synced, and only
//! then given its own. What a crash leaves of the former is cleared away by the
//! next creation.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use kmd_wallet::{Error, NewWallet, Result, WalletSecrets};
use rusqlite::params;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::connection::{self, database, io};
use crate::folder::Folder;
use crate::{INFO, file_name, schema};

/// How the names of unfinished wallets begin.
const UNFINISHED: &str = ".kmd-unfinished-";

/// Writes the wallet, with the folder's lock held by the caller.
pub(crate) fn create(folder: &Folder, lock: &File, new: &NewWallet<'_>, secrets: &WalletSecrets) -> Result<()> {
    clear_unfinished(folder.path())?;
    let unfinished = Unfinished::new(folder.path().join(format!("{UNFINISHED}{}", new.id)))?;
    write(&unfinished.0, new, secrets)?;
    let finished = folder.path().join(file_name::of(&new.id, &new.name));
    rename(&unfinished.0, &finished)?;
    lock.sync_all().map_err(io(folder.path()))
}

/// An unfinished file, removed when it is dropped before it got its name.
struct Unfinished(PathBuf);

impl Unfinished {
    fn new(path: PathBuf) -> Result<Self> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(io(&path))?;
        Ok(Self(path))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Fails when it was renamed, which is the good case.
        let _ = fs::remove_file(&self.0);
    }
}

fn write(path: &Path, new: &NewWallet<'_>, secrets: &WalletSecrets) -> Result<()> {
    let connection = connection::open_new(path)?;
    let fill = || {
        connection.execute_batch("BEGIN EXCLUSIVE")?;
        connection.execute_batch(schema::CREATE_TABLES)?;
        connection.execute(
            schema::INSERT_METADATA,
            params![
                INFO.name,
                INFO.version,
                new.id.as_str().as_bytes(),
                new.name.as_str().as_bytes(),
                secrets.master_key,
                secrets.master_derivation_key,
                secrets.max_key_index,
            ],
        )?;
        connection.execute_batch("COMMIT")
    };
    fill().map_err(database(path))?;
    connection.close().map_err(|(_, error)| database(path)(error))?;
    File::open(path).and_then(|file| file.sync_all()).map_err(io(path))
}

/// Gives the file its name, never in place of another.
fn rename(from: &Path, to: &Path) -> Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::EXIST) => Err(Error::IdTaken),
        // Some file systems cannot refuse to replace; the folder's lock keeps
        // everybody but strangers from making the file in between.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if !to.exists() => {
            fs::rename(from, to).map_err(io(to))
        }
        Err(error) => Err(io(to)(error.into())),
    }
}

fn clear_unfinished(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let entry = entry.map_err(io(folder))?;
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            fs::remove_file(entry.path()).map_err(io(&entry.path()))?;
        }
    }
    Ok(())
}
