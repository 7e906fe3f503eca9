//! Connections as wallets need them.

use std::path::Path;
use std::time::Duration;

use kmd_wallet::Error;
use rusqlite::{Connection, OpenFlags};

/// How long to wait for another process that has the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens an existing database.
pub(crate) fn open(path: &Path) -> Result<Connection, Error> {
    // No SQLITE_OPEN_CREATE: a wallet that vanished must not come back empty.
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Opens the empty file of a wallet to be.
pub(crate) fn open_new(path: &Path) -> Result<Connection, Error> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Nobody sees the file until it is whole and synced, so it needs no journal.
    connection
        .execute_batch(
            "PRAGMA encoding = 'UTF-8'; PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;",
        )
        .map_err(database(path))?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let cannot = |error: rusqlite::Error| Error::Connect {
        path: path.to_owned(),
        cause: error.to_string(),
    };
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(cannot)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(cannot)?;
    // Deleted keys are overwritten, and nothing that a crafted schema defines runs.
    connection
        .execute_batch("PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
        .map_err(database(path))?;
    Ok(connection)
}

/// Turns an SQLite error into ours.
pub(crate) fn database(path: &Path) -> impl Fn(rusqlite::Error) -> Error + '_ {
    move |error| Error::Database {
        path: path.to_owned(),
        cause: error.to_string(),
    }
}

/// Turns an I/O error into ours.
pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |error| Error::Connect {
        path: path.to_owned(),
        cause: error.to_string(),
    }
}
