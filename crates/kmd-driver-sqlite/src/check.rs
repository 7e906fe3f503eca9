//! Reading everything in a file, whatever lies in it, to see whether it is as
//! it should be.

use kmd_algorand::{Address, MultisigPreimage};
use kmd_wallet::{StoredIndex, StoredKey, StoredMultisig};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Row};

use crate::{multisig_keys, schema};

/// Longest sentence of SQLite that is passed on, in characters: names of tables
/// come from the file.
const LONGEST: usize = 200;

/// What SQLite finds wrong with the file, and whether it holds one wallet.
pub(crate) fn database(connection: &Connection, most: usize) -> rusqlite::Result<Vec<String>> {
    let mut found = match integrity(connection, most) {
        Err(error) if is_damage(&error) => vec![error.to_string()],
        other => other?,
    };
    found.retain(|said| said != "ok");
    let wallets: i64 = connection.query_row(schema::COUNT_WALLETS, [], |row| row.get(0))?;
    if wallets != 1 {
        found.push(format!("the table metadata has {wallets} rows instead of one"));
    }
    Ok(found)
}

fn integrity(connection: &Connection, most: usize) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({most})"))?;
    let rows = statement.query_map([], |row| {
        let said = row.get_ref(0)?.as_bytes()?;
        Ok(String::from_utf8_lossy(said).chars().take(LONGEST).collect())
    })?;
    rows.collect()
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// The rows of keys from a row on.
pub(crate) fn keys(connection: &Connection, from: i64, most: usize) -> rusqlite::Result<Vec<StoredKey>> {
    page(connection, schema::SELECT_KEY_ROWS, from, most, |row| {
        Ok(StoredKey {
            row: row.get(0)?,
            address: address(row.get_ref(1)?),
            secret_key: blob(row.get_ref(2)?).map(<[u8]>::to_vec),
            index: index(row.get_ref(3)?),
        })
    })
}

/// The rows of multisig addresses from a row on.
pub(crate) fn multisigs(connection: &Connection, from: i64, most: usize) -> rusqlite::Result<Vec<StoredMultisig>> {
    page(connection, schema::SELECT_MULTISIG_ROWS, from, most, |row| {
        Ok(StoredMultisig {
            row: row.get(0)?,
            address: address(row.get_ref(1)?),
            preimage: preimage(row),
        })
    })
}

fn page<T>(
    connection: &Connection,
    sql: &str,
    from: i64,
    most: usize,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([from, most], read)?.collect()
}

fn preimage(row: &Row<'_>) -> Option<MultisigPreimage> {
    let (version, threshold) = (row.get(2).ok()?, row.get(3).ok()?);
    let keys = multisig_keys::decode(blob(row.get_ref(4).ok()?)?)?;
    MultisigPreimage::new(version, threshold, keys).ok()
}

/// Bytes stored as text are not found by what looks for bytes.
fn blob(value: ValueRef<'_>) -> Option<&[u8]> {
    match value {
        ValueRef::Blob(bytes) => Some(bytes),
        _ => None,
    }
}

fn address(value: ValueRef<'_>) -> Option<Address> {
    blob(value)?.try_into().ok().map(Address::from_bytes)
}

fn index(value: ValueRef<'_>) -> StoredIndex {
    match value {
        ValueRef::Null => StoredIndex::None,
        ValueRef::Integer(number) => u64::try_from(number).map_or(StoredIndex::Wrong, StoredIndex::Number),
        _ => StoredIndex::Wrong,
    }
}
