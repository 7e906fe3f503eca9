//! Creating a wallet: afterwards there is a whole one, or none.
//!
//! The database is written under a name that is no wallet's, synced, and only
//! then given its own. What a crash leaves of the former is cleared away by the
//! next creation.

use std::path::Path;

use kmd_wallet::{Error, NewWallet, Result, WalletSecrets};
use rusqlite::params;

use crate::connection::{self, database};
use crate::unfinished::LockedFolder;
use crate::{INFO, file_name, schema};

/// Writes the wallet.
pub(crate) fn create(folder: &LockedFolder<'_>, new: &NewWallet<'_>, secrets: &WalletSecrets) -> Result<()> {
    let unfinished = folder.begin(new.id.as_str(), || Error::IdTaken)?;
    write(unfinished.path(), new, secrets)?;
    folder.finish(unfinished, &file_name::of(&new.id, &new.name)).map(drop)
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
    connection.close().map_err(|(_, error)| database(path)(error))
}
