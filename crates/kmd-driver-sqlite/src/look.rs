//! Looking at a file to see which wallet it is, if it is one.

use std::path::Path;
use std::time::Duration;

use kmd_wallet::{Metadata, WalletId, WalletName};
use rusqlite::{Connection, ErrorCode};

use crate::{INFO, connection, schema};

/// What a file turned out to be.
#[derive(Clone)]
pub(crate) enum Look {
    /// This wallet.
    Wallet(Metadata),
    /// No wallet, and none as long as it is not changed.
    NoWallet,
    /// It could not be looked at now; it may be a wallet.
    Unknown {
        /// Why.
        cause: String,
        /// The wallet that it was when it was last seen.
        was: Option<Metadata>,
    },
}

impl Look {
    /// The wallet that it is or, where it cannot be looked at now, was: who has
    /// it locked does not make another wallet of it.
    pub(crate) fn wallet(&self) -> Option<&Metadata> {
        match self {
            Self::Wallet(wallet) => Some(wallet),
            Self::Unknown { was, .. } => was.as_ref(),
            Self::NoWallet => None,
        }
    }

    /// Whether it is the wallet of this id.
    pub(crate) fn is_wallet(&self, id: &WalletId) -> bool {
        self.wallet().is_some_and(|wallet| wallet.id == *id)
    }

    /// Whether it says of the file what the other says, whatever the wallet is.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// This look at a file of which another came before.
    pub(crate) fn after(self, before: Option<&Self>) -> Self {
        match self {
            Self::Unknown { cause, .. } => Self::Unknown {
                cause,
                was: before.and_then(Self::wallet).cloned(),
            },
            look => look,
        }
    }
}

/// A file that is skipped, and why.
pub(crate) struct Skipped {
    pub(crate) look: Look,
    pub(crate) cause: String,
}

impl Skipped {
    /// A file that may turn out to be a wallet later.
    pub(crate) fn for_now(cause: String) -> Self {
        let look = Look::Unknown {
            cause: cause.clone(),
            was: None,
        };
        Self { look, cause }
    }
}

/// Looks at a file, and waits for so long for whoever has it.
pub(crate) fn look(path: &Path, patience: Duration) -> Result<Look, Skipped> {
    // SQLite would wait for a writer of a FIFO, and does not refuse devices.
    if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Err(skipped_for_good("not a file".to_owned()));
    }
    let said = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory,
        ) => Skipped::for_now(error.to_string()),
        _ => skipped_for_good(error.to_string()),
    };
    let connection = connection::look(path, patience).map_err(said)?;
    let (driver, version, id, name) = query(&connection).map_err(said)?;
    if driver != INFO.name {
        return Err(skipped_for_good(format!(
            "its wallet driver is {driver:?}, not {:?}",
            INFO.name
        )));
    }
    if version != i64::from(INFO.version) {
        return Err(skipped_for_good(format!(
            "its driver version is {version}, not {}",
            INFO.version
        )));
    }
    let id = WalletId::new(&id).map_err(|error| skipped_for_good(error.to_string()))?;
    Ok(Look::Wallet(metadata(id, name)))
}

fn skipped_for_good(cause: String) -> Skipped {
    Skipped {
        look: Look::NoWallet,
        cause,
    }
}

fn metadata(id: WalletId, name: String) -> Metadata {
    Metadata {
        id,
        name: WalletName::stored(name),
        driver: INFO,
    }
}

/// What the wallet in an open database says of itself.
pub(crate) fn query_metadata(connection: &Connection, path: &Path) -> kmd_wallet::Result<Metadata> {
    let (_, _, id, name) = query(connection).map_err(connection::database(path))?;
    Ok(metadata(WalletId::new(&id)?, name))
}

fn query(connection: &Connection) -> rusqlite::Result<(String, i64, String, String)> {
    let mut statement = connection.prepare_cached(schema::SELECT_METADATA)?;
    statement.query_row([], |row| {
        Ok((text(row, 0)?, row.get::<_, i64>(1)?, text(row, 2)?, text(row, 3)?))
    })
}

/// A column that may hold text or a blob of text.
fn text(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
