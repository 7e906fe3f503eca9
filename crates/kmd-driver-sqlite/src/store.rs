//! One wallet file as a [`Store`].
//!
//! It holds one connection while the wallet is open. The state of the file is
//! read past SQLite: bytes 24 to 28 of an SQLite file count its transactions in
//! journal mode DELETE, which bytes 18 and 19 show (file format, section 1.3);
//! `stat` tells whether the path still leads to the file that was opened, and
//! whether it was written past SQLite.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kmd_algorand::{Address, MultisigPreimage};
use kmd_wallet::{
    BackedUp, BackupName, Error, Generation, KeyRow, Metadata, MultisigRow, Result, SecretRows, Store, StoredKey,
    StoredMultisig, Transaction, Verification,
};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::connection::{self, damaged, database, io};
use crate::descriptor::{Descriptor, Using, identity};
use crate::folder::Folder;
use crate::look::query_metadata;
use crate::{backup, check, multisig_keys, schema};

/// Where the header says which journal the file has, and counts transactions.
const HEADER_PART: std::ops::Range<u64> = 18..28;
/// The versions in the header of a file whose journal is not a write-ahead log.
const ROLLBACK_JOURNAL: [u8; 2] = [1, 1];

pub(crate) struct SqliteStore {
    path: PathBuf,
    folder: Arc<Folder>,
    open: Mutex<Open>,
    descriptor: Descriptor,
}

/// A connection, and the state of the file that its cache is of. SQLite trusts
/// the count of changes alone, and would not see a file that was written past
/// it; so the connection is made anew when anything changed it but ourselves.
struct Open {
    connection: Connection,
    seen: Generation,
    /// Whether the whole file was found to be sound since the connection was made.
    is_sound: bool,
}

/// The connection, while descriptors of its file are not closed.
struct InUse<'a> {
    open: MutexGuard<'a, Open>,
    using: Using,
}

/// How often a change is tried when the file is written past SQLite meanwhile.
const TRIES: usize = 3;

impl SqliteStore {
    pub(crate) fn open(path: PathBuf, folder: Arc<Folder>) -> Result<Self> {
        let descriptor = Descriptor::open(&path, folder.in_use()).map_err(io(&path))?;
        let using = folder.in_use().enter(descriptor.identity());
        let connection = connection::open(&path)?;
        drop(using);
        let store = Self {
            open: Mutex::new(Open {
                connection,
                // No file is ever at this state: the first use looks again.
                seen: Generation::default(),
                is_sound: false,
            }),
            descriptor,
            folder,
            path,
        };
        store.connection()?;
        Ok(store)
    }

    /// Replaces the wallet's name.
    pub(crate) fn set_name(&self, name: &str) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute(schema::UPDATE_NAME, [name.as_bytes()])
                .map(drop)
                .map_err(database(&self.path))
        })
    }

    /// The connection, if the path still leads to its file, and made anew when
    /// the file is not as it was last seen.
    fn connection(&self) -> Result<InUse<'_>> {
        let using = self.folder.in_use().enter(self.descriptor.identity());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.generation()?;
        if open.seen != now {
            open.connection = connection::open(&self.path)?;
            open.seen = now;
            open.is_sound = false;
        }
        Ok(InUse { open, using })
    }

    /// The state of the file in the folder, which must be the one that was opened.
    fn stat(&self) -> Result<std::fs::Metadata> {
        let metadata = std::fs::metadata(&self.path).map_err(io(&self.path))?;
        if identity(&metadata) == self.descriptor.identity() {
            Ok(metadata)
        } else {
            Err(Error::Replaced)
        }
    }

    fn write<T>(&self, mut change: impl FnMut(&rusqlite::Transaction<'_>) -> Result<T>) -> Result<T> {
        for _ in 0..TRIES {
            if let Some(changed) = self.transact(&mut change)? {
                self.folder.forget(&self.path);
                return Ok(changed);
            }
        }
        Err(Error::Replaced)
    }

    /// Changes the wallet in one exclusive transaction; `None` when the file was
    /// written past SQLite since the connection was looked at.
    fn transact<T>(&self, change: &mut impl FnMut(&rusqlite::Transaction<'_>) -> Result<T>) -> Result<Option<T>> {
        let mut in_use = self.connection()?;
        let open = &mut *in_use.open;
        let transaction = open
            .connection
            .transaction_with_behavior(TransactionBehavior::Exclusive)
            .map_err(database(&self.path))?;
        in_use.using.has_lock();
        let before = self.generation()?;
        if before != open.seen && before.changes == open.seen.changes {
            return Ok(None);
        }
        if !open.is_sound {
            connection::check_sound(&transaction, &self.path)?;
            open.is_sound = true;
        }
        let changed = change(&transaction)?;
        transaction.commit().map_err(database(&self.path))?;
        // The change lasts, whether or not its state can be read now.
        if let Ok(after) = self.generation()
            && after.follows(before)
        {
            open.seen = after;
        }
        Ok(Some(changed))
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        query(&self.connection()?.open.connection).map_err(database(&self.path))
    }

    fn list(&self, sql: &str) -> Result<Vec<Address>> {
        let addresses: Vec<Vec<u8>> = self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })?;
        // A row of another length is nobody's address, and hides no other.
        let address = |bytes: Vec<u8>| bytes.try_into().ok().map(Address::from_bytes);
        Ok(addresses.into_iter().filter_map(address).collect())
    }

    fn damaged(&self, what: &str) -> Error {
        damaged(&self.path, what)
    }
}

impl Store for SqliteStore {
    fn metadata(&self) -> Result<Metadata> {
        query_metadata(&self.connection()?.open.connection, &self.path)
    }

    fn generation(&self) -> Result<Generation> {
        let metadata = self.stat()?;
        let mut header = [0; (HEADER_PART.end - HEADER_PART.start) as usize];
        self.descriptor
            .read_exact_at(&mut header, HEADER_PART.start)
            .map_err(io(&self.path))?;
        if header[..2] != ROLLBACK_JOURNAL {
            return Err(self.damaged("another program changed its journal mode; unlock the wallet again"));
        }
        let (device, inode) = identity(&metadata);
        let mut changes = [0; 4];
        changes.copy_from_slice(&header[6..]);
        Ok(Generation {
            container: [device, inode],
            written: [metadata.size(), metadata.ctime() as u64, metadata.ctime_nsec() as u64],
            changes: u32::from_be_bytes(changes),
        })
    }

    fn secrets(&self) -> Result<SecretRows> {
        self.read(|connection| {
            connection.query_row(schema::SELECT_SECRETS, [], |row| {
                Ok(SecretRows {
                    master_key: row.get(0)?,
                    master_derivation_key: row.get(1)?,
                    max_key_index: row.get(2)?,
                })
            })
        })
    }

    fn addresses(&self) -> Result<Vec<Address>> {
        self.list(schema::SELECT_ADDRESSES)
    }

    fn secret_key(&self, address: &Address) -> Result<Option<Vec<u8>>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(schema::SELECT_SECRET_KEY)?;
            statement.query_row([address.as_bytes()], |row| row.get(0)).optional()
        })
    }

    fn multisig_addresses(&self) -> Result<Vec<Address>> {
        self.list(schema::SELECT_MULTISIG_ADDRESSES)
    }

    fn multisig(&self, address: &Address) -> Result<Option<MultisigPreimage>> {
        let row: Option<(u8, u8, Vec<u8>)> = self.read(|connection| {
            let mut statement = connection.prepare_cached(schema::SELECT_MULTISIG)?;
            let row = statement.query_row([address.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            row.optional()
        })?;
        let Some((version, threshold, keys)) = row else {
            return Ok(None);
        };
        let keys =
            multisig_keys::decode(&keys).ok_or_else(|| self.damaged("the keys of a multisig are no msgpack array"))?;
        let preimage = MultisigPreimage::new(version, threshold, keys)?;
        if preimage.address() != *address {
            return Err(self.damaged("a multisig is not the one that its address names"));
        }
        Ok(Some(preimage))
    }

    fn check(&self, most: usize) -> Result<Vec<String>> {
        self.read(|connection| check::database(connection, most))
    }

    fn key_rows(&self, from: i64, most: usize) -> Result<Vec<StoredKey>> {
        self.read(|connection| check::keys(connection, from, most))
    }

    fn multisig_rows(&self, from: i64, most: usize) -> Result<Vec<StoredMultisig>> {
        self.read(|connection| check::multisigs(connection, from, most))
    }

    fn back_up(&self, name: &BackupName, check: &dyn Fn(&dyn Store) -> Result<Verification>) -> Result<BackedUp> {
        let copy = |to: &Path| backup::copy(&self.connection()?.open.connection, to);
        backup::write(&self.folder, name, copy, check)
    }

    fn change(&self, change: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        self.write(|transaction| {
            change(&mut Rows {
                transaction,
                store: self,
            })
        })
    }
}

/// The rows of a wallet inside an exclusive transaction.
struct Rows<'a> {
    transaction: &'a rusqlite::Transaction<'a>,
    store: &'a SqliteStore,
}

impl Rows<'_> {
    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize> {
        let run = || self.transaction.prepare_cached(sql)?.execute(values);
        run().map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Error::KeyExists,
            _ => database(&self.store.path)(error),
        })
    }

    /// Changes exactly one row.
    fn execute_one(&self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        match self.execute(sql, values)? {
            1 => Ok(()),
            rows => Err(self.store.damaged(&format!("a change of one row changed {rows}"))),
        }
    }
}

impl Transaction for Rows<'_> {
    fn generation(&mut self) -> Result<Generation> {
        // With the exclusive lock held, the file counts the last commit before ours.
        self.store.generation()
    }

    fn master_key(&mut self) -> Result<Vec<u8>> {
        self.transaction
            .query_row(schema::SELECT_SECRETS, [], |row| row.get(0))
            .map_err(database(&self.store.path))
    }

    fn set_master_key(&mut self, envelope: &[u8]) -> Result<()> {
        self.execute_one(schema::UPDATE_MASTER_KEY, [envelope])
    }

    fn max_key_index(&mut self) -> Result<Vec<u8>> {
        self.transaction
            .query_row(schema::SELECT_MAX_KEY_INDEX, [], |row| row.get(0))
            .map_err(database(&self.store.path))
    }

    fn set_max_key_index(&mut self, envelope: &[u8]) -> Result<()> {
        self.execute_one(schema::UPDATE_MAX_KEY_INDEX, [envelope])
    }

    fn has_key(&mut self, address: &Address) -> Result<bool> {
        let query = || {
            let mut statement = self.transaction.prepare_cached(schema::SELECT_SECRET_KEY)?;
            statement.exists([address.as_bytes()])
        };
        query().map_err(database(&self.store.path))
    }

    fn insert_key(&mut self, row: &KeyRow) -> Result<()> {
        // Indexes are at most i64::MAX: wallets refuse to go further.
        let index = row.index.map(|index| index as i64);
        self.execute_one(
            schema::INSERT_KEY,
            params![row.address.as_bytes(), row.secret_key, index],
        )
    }

    fn delete_key(&mut self, address: &Address) -> Result<()> {
        self.execute(schema::DELETE_KEY, [address.as_bytes()]).map(drop)
    }

    fn insert_multisig(&mut self, row: &MultisigRow) -> Result<()> {
        let keys = multisig_keys::encode(row.preimage.keys());
        let values = params![
            row.address.as_bytes(),
            row.preimage.version(),
            row.preimage.threshold(),
            keys
        ];
        self.execute_one(schema::INSERT_MULTISIG, values)
    }

    fn delete_multisig(&mut self, address: &Address) -> Result<()> {
        self.execute(schema::DELETE_MULTISIG, [address.as_bytes()]).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use kmd_wallet::{NewWallet, WalletId, WalletName};

    use super::*;

    fn store(folder: &Path) -> SqliteStore {
        let folder = Arc::new(Folder::new(
            folder.to_owned(),
            folder.join("backups"),
            Box::new(|_, _| ()),
            SystemTime::now,
        ));
        let new = NewWallet {
            id: WalletId::new("00").unwrap(),
            name: WalletName::new("w").unwrap(),
            password: &kmd_crypto::Password::new(b""),
            master_derivation_key: None,
        };
        let secrets = kmd_wallet::WalletSecrets {
            master_key: vec![1],
            master_derivation_key: vec![2],
            max_key_index: vec![3],
        };
        crate::create::create(&folder.lock().unwrap(), &new, &secrets).unwrap();
        SqliteStore::open(folder.path().join("w.00.db"), folder).unwrap()
    }

    fn insert(transaction: &mut dyn Transaction, byte: u8) -> Result<()> {
        transaction.insert_key(&KeyRow {
            address: Address::from_bytes([byte; 32]),
            secret_key: vec![byte],
            index: None,
        })
    }

    #[test]
    fn a_commit_leads_to_the_next_state() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        for byte in 0..3 {
            let before = store.generation().unwrap();
            let mut inside = None;
            store
                .change(&mut |transaction| {
                    insert(transaction, byte)?;
                    inside = Some(transaction.generation()?);
                    Ok(())
                })
                .unwrap();
            assert_eq!(inside, Some(before));
            assert!(store.generation().unwrap().follows(before));
        }
    }

    #[test]
    fn a_failed_change_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let before = store.generation().unwrap();
        let failed = store.change(&mut |transaction| {
            insert(transaction, 1)?;
            insert(transaction, 1)
        });
        assert!(matches!(failed, Err(Error::KeyExists)));
        assert_eq!(store.generation().unwrap(), before);
        assert!(store.addresses().unwrap().is_empty());
    }

    #[test]
    fn changes_by_others_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let before = store.generation().unwrap();
        let other = Connection::open(&store.path).unwrap();
        other.execute("UPDATE metadata SET mdk_encrypted = x'07'", []).unwrap();
        assert_ne!(store.generation().unwrap(), before);
        assert_eq!(store.secrets().unwrap().master_derivation_key, [7]);
    }

    #[test]
    fn a_file_that_was_replaced_or_removed_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let copy = dir.path().join("copy");
        std::fs::copy(&store.path, &copy).unwrap();
        std::fs::rename(&copy, &store.path).unwrap();
        assert!(matches!(store.generation(), Err(Error::Replaced)));
        assert!(matches!(store.addresses(), Err(Error::Replaced)));
        std::fs::remove_file(&store.path).unwrap();
        assert!(matches!(store.generation(), Err(Error::Connect { .. })));
        assert!(matches!(store.set_name("new"), Err(Error::Connect { .. })));
        assert!(!store.path.exists(), "it does not come back");
    }

    #[test]
    fn a_file_written_past_sqlite_is_another_state() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let before = store.generation().unwrap();
        let bytes = std::fs::read(&store.path).unwrap();
        std::fs::write(&store.path, bytes).unwrap();
        assert_ne!(store.generation().unwrap(), before);
    }

    #[test]
    fn a_write_ahead_log_is_refused_while_open_and_undone_on_opening() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let path = store.path.clone();
        let other = Connection::open(&path).unwrap();
        let mode: String = other
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
        assert!(matches!(store.generation(), Err(Error::Database { .. })));
        drop((other, store));
        let folder = Arc::new(Folder::new(
            dir.path().to_owned(),
            dir.path().join("backups"),
            Box::new(|_, _| ()),
            SystemTime::now,
        ));
        SqliteStore::open(path, folder).unwrap().generation().unwrap();
    }
}
