//! What is in a wallet file, past the daemon.

use rusqlite::{Connection, OpenFlags, types::Value as Cell};
use std::path::Path;

pub type Row = Vec<Cell>;

/// All rows that a query gives.
pub fn rows(file: &Path, query: &str) -> Vec<Row> {
    let file = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut statement = file.prepare(query).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|column| row.get(column)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

/// The one value, of bytes, that a query gives.
pub fn blob(file: &Path, query: &str) -> Vec<u8> {
    match rows(file, query).remove(0).remove(0) {
        Cell::Blob(bytes) => bytes,
        other => panic!("{query}: {other:?} is no blob"),
    }
}
