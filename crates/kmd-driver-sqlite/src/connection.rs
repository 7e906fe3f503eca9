//! Connections as wallets need them: to a file that exists, with nothing in it
//! that runs, and within bounds.

use std::path::Path;
use std::time::Duration;

use kmd_wallet::Error;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

/// How long to wait for another process that has the file.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The same while looking through the folder, where others wait meanwhile; also
/// for a thread of ours that waits for another process.
pub(crate) const BUSY_TIMEOUT_LOOKING: Duration = Duration::from_millis(250);
/// Longest value or statement in bytes. The largest of a real wallet are the
/// 255 keys of a multisig.
const MAX_LENGTH: i32 = 1 << 16;

/// Opens the database of a wallet that is to be used.
pub(crate) fn open(path: &Path) -> Result<Connection, Error> {
    // No SQLITE_OPEN_CREATE: a wallet that vanished must not come back empty.
    let connection = connect(path, BUSY_TIMEOUT).map_err(cannot_open(path))?;
    // The changes of a file in another journal mode cannot be counted.
    let mode: String = connection
        .query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))
        .map_err(database(path))?;
    if mode != "delete" {
        return Err(damaged(path, "its journal mode is not DELETE and cannot be changed"));
    }
    check_tables(&connection).map_err(database(path))?;
    Ok(connection)
}

/// Opens a file to see which wallet it is.
pub(crate) fn look(path: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let connection = connect(path, patience)?;
    check_tables(&connection)?;
    Ok(connection)
}

/// Opens the empty file of a wallet to be.
pub(crate) fn open_new(path: &Path) -> Result<Connection, Error> {
    let connection = connect(path, BUSY_TIMEOUT).map_err(cannot_open(path))?;
    // Nobody sees the file until it is whole and synced, so it needs no journal.
    connection
        .execute_batch(
            "PRAGMA encoding = 'UTF-8'; PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;",
        )
        .map_err(database(path))?;
    Ok(connection)
}

fn connect(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    // A file may come from anywhere: nothing that its schema defines runs.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_LENGTH)?;
    // With less than EXTRA a commit ends before its journal is sure to be gone, and
    // a power cut would roll back what was answered.
    connection.execute_batch("PRAGMA synchronous = EXTRA;")?;
    // Deleted keys are overwritten, and nothing is written outside the folder.
    connection.execute_batch("PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF;")?;
    Ok(connection)
}

/// Refuses files in which one of our tables is none: views and virtual tables
/// have no page of their own.
fn check_tables(connection: &Connection) -> rusqlite::Result<()> {
    let tables: i64 = connection.query_row(
        "SELECT count(*) FROM sqlite_schema
         WHERE type = 'table' AND rootpage > 0 AND name IN ('metadata', 'keys', 'msig_addrs')",
        [],
        |row| row.get(0),
    )?;
    if tables == 3 {
        Ok(())
    } else {
        Err(rusqlite::Error::QueryReturnedNoRows)
    }
}

/// Refuses to change a file that is damaged anywhere: a page that SQLite takes
/// for free may hold keys, and a key may be written where nobody finds it.
pub(crate) fn check_sound(connection: &Connection, path: &Path) -> Result<(), Error> {
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(database(path))?;
    if found == "ok" {
        Ok(())
    } else {
        let advice = "nothing is written to it any more; its keys can be exported and imported into another wallet";
        Err(damaged(path, &format!("the file is damaged ({found}); {advice}")))
    }
}

/// Turns an SQLite error into ours.
pub(crate) fn database(path: &Path) -> impl Fn(rusqlite::Error) -> Error + '_ {
    move |error| damaged(path, &error.to_string())
}

/// An error about what a file holds.
pub(crate) fn damaged(path: &Path, cause: &str) -> Error {
    Error::Database {
        path: path.to_owned(),
        cause: cause.to_owned(),
    }
}

fn cannot_open(path: &Path) -> impl Fn(rusqlite::Error) -> Error + '_ {
    move |error| Error::Connect {
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
