//! One wallet file as a [`Store`].
//!
//! It holds one connection while the wallet is open. The state of the file is
//! read past SQLite: bytes 24 to 28 of an SQLite file count its transactions
//! (file format, section 1.3.7), and device and inode tell whether the path
//! still leads to the file that was opened.

use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLockReadGuard};

use kmd_algorand::{Address, MultisigPreimage};
use kmd_wallet::{Error, Generation, KeyRow, Metadata, MultisigRow, Result, SecretRows, Store, Transaction};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::connection::{self, database, io};
use crate::folder::{Folder, query_metadata};
use crate::{multisig_keys, schema};

const CHANGE_COUNTER_OFFSET: u64 = 24;

pub(crate) struct SqliteStore {
    path: PathBuf,
    folder: Arc<Folder>,
    connection: Mutex<Connection>,
    file: ManuallyClosed,
    identity: (u64, u64),
}

impl SqliteStore {
    pub(crate) fn open(path: PathBuf, folder: Arc<Folder>) -> Result<Self> {
        let file = File::open(&path).map_err(io(&path))?;
        let metadata = file.metadata().map_err(io(&path))?;
        Ok(Self {
            connection: Mutex::new(connection::open(&path)?),
            identity: (metadata.dev(), metadata.ino()),
            file: ManuallyClosed {
                file: Some(file),
                folder: Arc::clone(&folder),
            },
            folder,
            path,
        })
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

    /// The connection, if the path still leads to its file.
    fn connection(&self) -> Result<InUse<'_>> {
        self.check_identity()?;
        Ok(InUse {
            _no_close: self.folder.no_close(),
            connection: self.connection.lock().unwrap_or_else(PoisonError::into_inner),
        })
    }

    fn check_identity(&self) -> Result<()> {
        let metadata = std::fs::metadata(&self.path).map_err(io(&self.path))?;
        if (metadata.dev(), metadata.ino()) == self.identity {
            Ok(())
        } else {
            Err(Error::Replaced)
        }
    }

    fn write<T>(&self, change: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>) -> Result<T> {
        let changed = self.transact(change)?;
        self.folder.forget(&self.path);
        Ok(changed)
    }

    fn transact<T>(&self, change: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut in_use = self.connection()?;
        let transaction = in_use
            .connection
            .transaction_with_behavior(TransactionBehavior::Exclusive)
            .map_err(database(&self.path))?;
        let changed = change(&transaction)?;
        transaction.commit().map_err(database(&self.path))?;
        Ok(changed)
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        query(&self.connection()?.connection).map_err(database(&self.path))
    }

    fn list(&self, sql: &str) -> Result<Vec<Address>> {
        let addresses: Vec<Vec<u8>> = self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })?;
        addresses.into_iter().map(|bytes| self.address(&bytes)).collect()
    }

    fn address(&self, bytes: &[u8]) -> Result<Address> {
        let bytes: [u8; 32] = bytes
            .try_into()
            .map_err(|_| self.damaged("an address is not 32 bytes long"))?;
        Ok(Address::from_bytes(bytes))
    }

    fn damaged(&self, what: &str) -> Error {
        Error::Database {
            path: self.path.clone(),
            cause: what.to_owned(),
        }
    }
}

/// The connection while nobody closes a descriptor of a wallet file.
struct InUse<'a> {
    _no_close: RwLockReadGuard<'a, ()>,
    connection: MutexGuard<'a, Connection>,
}

/// A descriptor that is closed only while no connection is in use; see
/// [`Folder::no_close`].
struct ManuallyClosed {
    file: Option<File>,
    folder: Arc<Folder>,
}

impl ManuallyClosed {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
        match &self.file {
            Some(file) => file.read_exact_at(bytes, offset),
            None => Err(std::io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Drop for ManuallyClosed {
    fn drop(&mut self) {
        let _alone = self.folder.alone();
        drop(self.file.take());
    }
}

impl Store for SqliteStore {
    fn metadata(&self) -> Result<Metadata> {
        query_metadata(&self.connection()?.connection, &self.path)
    }

    fn generation(&self) -> Result<Generation> {
        self.check_identity()?;
        let mut counter = [0; 4];
        self.file
            .read_exact_at(&mut counter, CHANGE_COUNTER_OFFSET)
            .map_err(io(&self.path))?;
        Ok(Generation {
            container: [self.identity.0, self.identity.1],
            changes: u32::from_be_bytes(counter).into(),
        })
    }

    fn secrets(&self) -> Result<SecretRows> {
        self.read(|connection| {
            connection.query_row(schema::SELECT_SECRETS, [], |row| {
                Ok(SecretRows {
                    master_key: row.get(0)?,
                    master_derivation_key: row.get(1)?,
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
    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        let run = || self.transaction.prepare_cached(sql)?.execute(values).map(drop);
        run().map_err(database(&self.store.path))
    }

    fn insert(&self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        let run = || self.transaction.prepare_cached(sql)?.execute(values).map(drop);
        run().map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Error::KeyExists,
            _ => database(&self.store.path)(error),
        })
    }
}

impl Transaction for Rows<'_> {
    fn generations(&mut self) -> Result<(Generation, Generation)> {
        // With the exclusive lock held, the file counts the last commit before ours.
        let now = self.store.generation()?;
        Ok((now, now.next()))
    }

    fn max_key_index(&mut self) -> Result<Vec<u8>> {
        self.transaction
            .query_row(schema::SELECT_MAX_KEY_INDEX, [], |row| row.get(0))
            .map_err(database(&self.store.path))
    }

    fn set_max_key_index(&mut self, envelope: &[u8]) -> Result<()> {
        self.execute(schema::UPDATE_MAX_KEY_INDEX, [envelope])
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
        self.insert(
            schema::INSERT_KEY,
            params![row.address.as_bytes(), row.secret_key, index],
        )
    }

    fn delete_key(&mut self, address: &Address) -> Result<()> {
        self.execute(schema::DELETE_KEY, [address.as_bytes()])
    }

    fn insert_multisig(&mut self, row: &MultisigRow) -> Result<()> {
        let keys = multisig_keys::encode(row.preimage.keys());
        let values = params![
            row.address.as_bytes(),
            row.preimage.version(),
            row.preimage.threshold(),
            keys
        ];
        self.insert(schema::INSERT_MULTISIG, values)
    }

    fn delete_multisig(&mut self, address: &Address) -> Result<()> {
        self.execute(schema::DELETE_MULTISIG, [address.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::SystemTime;

    use kmd_wallet::{NewWallet, WalletId, WalletName};

    use super::*;

    fn store(folder: &Path) -> SqliteStore {
        let folder = Arc::new(Folder::new(folder.to_owned(), Box::new(|_, _| ()), SystemTime::now));
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
        crate::create::create(&folder, &folder.lock().unwrap(), &new, &secrets).unwrap();
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
    fn a_commit_leads_to_the_state_that_it_announced() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        for byte in 0..3 {
            let before = store.generation().unwrap();
            let mut announced = None;
            store
                .change(&mut |transaction| {
                    insert(transaction, byte)?;
                    announced = Some(transaction.generations()?);
                    Ok(())
                })
                .unwrap();
            assert_eq!(announced, Some((before, store.generation().unwrap())));
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
}
