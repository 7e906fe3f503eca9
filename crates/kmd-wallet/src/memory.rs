//! Wallets in memory: a driver and a [`Store`] without a disk, for the contract
//! suite and for tests of what stands above a driver.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};

use kmd_algorand::{Address, MultisigPreimage};
use kmd_crypto::{KdfParams, Password, PasswordKdf, Random};

use crate::driver::{Driver, Locked, NewWallet};
use crate::soft::{SoftLocked, seal_new_wallet};
use crate::store::{
    Generation, KeyRow, MultisigRow, SecretRows, Store, StoredIndex, StoredKey, StoredMultisig, Transaction,
};
use crate::sync::{Mutex, MutexGuard};
use crate::{DriverInfo, Error, Metadata, Result, WalletId, WalletName};

const INFO: DriverInfo = DriverInfo {
    name: "memory",
    version: 1,
    mnemonic_ux: false,
    supported_transactions: &["pay", "keyreg"],
};

/// Keeps wallets in memory.
pub struct MemoryDriver {
    params: KdfParams,
    kdf: Arc<PasswordKdf>,
    random: Arc<dyn Random>,
    wallets: Mutex<BTreeMap<WalletId, Shared>>,
}

type Shared = Arc<Mutex<Rows>>;

/// Envelope of the secret key, and the index.
type Key = (Vec<u8>, Option<u64>);

struct Rows {
    metadata: Metadata,
    master_key: Vec<u8>,
    master_derivation_key: Vec<u8>,
    max_key_index: Vec<u8>,
    keys: BTreeMap<Address, Key>,
    multisigs: HashMap<Address, MultisigPreimage>,
    generation: Generation,
}

impl MemoryDriver {
    /// A driver without wallets.
    pub fn new(params: KdfParams, kdf: Arc<PasswordKdf>, random: Arc<dyn Random>) -> Self {
        Self {
            params,
            kdf,
            random,
            wallets: Mutex::default(),
        }
    }

    /// Takes a wallet away, as if its file had been deleted.
    pub fn remove(&self, id: &WalletId) {
        lock(&self.wallets).remove(id);
    }

    fn rows(&self, id: &WalletId) -> Result<Shared> {
        lock(&self.wallets).get(id).cloned().ok_or(Error::WalletNotFound)
    }

    fn check_free(&self, name: &WalletName) -> Result<()> {
        let taken = lock(&self.wallets)
            .values()
            .any(|rows| lock(rows).metadata.name == *name);
        if taken { Err(Error::NameTaken) } else { Ok(()) }
    }

    fn locked(&self, rows: Shared) -> SoftLocked<MemoryStore> {
        SoftLocked::new(
            MemoryStore(rows),
            self.params,
            Arc::clone(&self.kdf),
            Arc::clone(&self.random),
        )
    }
}

impl Driver for MemoryDriver {
    fn info(&self) -> DriverInfo {
        INFO
    }

    fn list(&self) -> Result<Vec<Metadata>> {
        Ok(lock(&self.wallets)
            .values()
            .map(|rows| lock(rows).metadata.clone())
            .collect())
    }

    fn create(&self, new: NewWallet<'_>) -> Result<()> {
        self.check_free(&new.name)?;
        let secrets = seal_new_wallet(
            &self.kdf,
            self.params,
            new.password,
            new.master_derivation_key,
            &*self.random,
        )?;
        let rows = Rows {
            metadata: Metadata {
                id: new.id.clone(),
                name: new.name,
                driver: INFO,
            },
            master_key: secrets.master_key,
            master_derivation_key: secrets.master_derivation_key,
            max_key_index: secrets.max_key_index,
            keys: BTreeMap::new(),
            multisigs: HashMap::new(),
            generation: Generation::default(),
        };
        let mut wallets = lock(&self.wallets);
        if wallets.contains_key(&new.id) {
            return Err(Error::IdTaken);
        }
        wallets.insert(new.id, Arc::new(Mutex::new(rows)));
        Ok(())
    }

    fn rename(&self, id: &WalletId, name: &WalletName, password: &Password) -> Result<()> {
        let rows = self.rows(id)?;
        if name.as_str().is_empty() {
            return Err(Error::NameEmpty);
        }
        self.check_free(name)?;
        drop(self.locked(Arc::clone(&rows)).unlock_soft(password)?);
        lock(&rows).metadata.name = name.clone();
        Ok(())
    }

    fn open(&self, id: &WalletId) -> Result<Box<dyn Locked>> {
        Ok(Box::new(self.locked(self.rows(id)?)))
    }
}

/// One wallet in memory.
pub struct MemoryStore(Shared);

impl MemoryStore {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        lock(&self.0)
    }
}

impl Store for MemoryStore {
    fn metadata(&self) -> Result<Metadata> {
        Ok(self.rows().metadata.clone())
    }

    fn generation(&self) -> Result<Generation> {
        Ok(self.rows().generation)
    }

    fn secrets(&self) -> Result<SecretRows> {
        let rows = self.rows();
        Ok(SecretRows {
            master_key: rows.master_key.clone(),
            master_derivation_key: rows.master_derivation_key.clone(),
            max_key_index: rows.max_key_index.clone(),
        })
    }

    fn addresses(&self) -> Result<Vec<Address>> {
        Ok(self.rows().keys.keys().copied().collect())
    }

    fn secret_key(&self, address: &Address) -> Result<Option<Vec<u8>>> {
        Ok(self.rows().keys.get(address).map(|(envelope, _)| envelope.clone()))
    }

    fn multisig_addresses(&self) -> Result<Vec<Address>> {
        let mut addresses: Vec<Address> = self.rows().multisigs.keys().copied().collect();
        addresses.sort();
        Ok(addresses)
    }

    fn multisig(&self, address: &Address) -> Result<Option<MultisigPreimage>> {
        Ok(self.rows().multisigs.get(address).cloned())
    }

    fn check(&self, _most: usize) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn key_rows(&self, from: i64, most: usize) -> Result<Vec<StoredKey>> {
        let rows = self.rows();
        let keys = (0..).zip(&rows.keys).filter(|(row, _)| *row >= from);
        let key = |(row, (address, (envelope, index))): (i64, (&Address, &Key))| StoredKey {
            row,
            address: Some(*address),
            secret_key: Some(envelope.clone()),
            index: index.map_or(StoredIndex::None, StoredIndex::Number),
        };
        Ok(keys.take(most).map(key).collect())
    }

    fn multisig_rows(&self, from: i64, most: usize) -> Result<Vec<StoredMultisig>> {
        let rows = self.rows();
        let multisigs = (0..).zip(&rows.multisigs).filter(|(row, _)| *row >= from);
        let multisig = |(row, (address, preimage)): (i64, (&Address, &MultisigPreimage))| StoredMultisig {
            row,
            address: Some(*address),
            preimage: Some(preimage.clone()),
        };
        Ok(multisigs.take(most).map(multisig).collect())
    }

    fn change(&self, change: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        let mut rows = self.rows();
        // Changed in a copy, so that a failure leaves nothing half done.
        let mut changed = Changed {
            generation: rows.generation,
            master_key: rows.master_key.clone(),
            max_key_index: rows.max_key_index.clone(),
            keys: rows.keys.clone(),
            multisigs: rows.multisigs.clone(),
        };
        change(&mut changed)?;
        rows.master_key = changed.master_key;
        rows.max_key_index = changed.max_key_index;
        rows.keys = changed.keys;
        rows.multisigs = changed.multisigs;
        rows.generation.changes += 1;
        Ok(())
    }
}

struct Changed {
    generation: Generation,
    master_key: Vec<u8>,
    max_key_index: Vec<u8>,
    keys: BTreeMap<Address, Key>,
    multisigs: HashMap<Address, MultisigPreimage>,
}

impl Transaction for Changed {
    fn generation(&mut self) -> Result<Generation> {
        Ok(self.generation)
    }

    fn master_key(&mut self) -> Result<Vec<u8>> {
        Ok(self.master_key.clone())
    }

    fn set_master_key(&mut self, envelope: &[u8]) -> Result<()> {
        self.master_key = envelope.to_vec();
        Ok(())
    }

    fn max_key_index(&mut self) -> Result<Vec<u8>> {
        Ok(self.max_key_index.clone())
    }

    fn set_max_key_index(&mut self, envelope: &[u8]) -> Result<()> {
        self.max_key_index = envelope.to_vec();
        Ok(())
    }

    fn has_key(&mut self, address: &Address) -> Result<bool> {
        Ok(self.keys.contains_key(address))
    }

    fn insert_key(&mut self, row: &KeyRow) -> Result<()> {
        if self.keys.contains_key(&row.address) {
            return Err(Error::KeyExists);
        }
        self.keys.insert(row.address, (row.secret_key.clone(), row.index));
        Ok(())
    }

    fn delete_key(&mut self, address: &Address) -> Result<()> {
        self.keys.remove(address);
        Ok(())
    }

    fn insert_multisig(&mut self, row: &MultisigRow) -> Result<()> {
        if self.multisigs.contains_key(&row.address) {
            return Err(Error::KeyExists);
        }
        self.multisigs.insert(row.address, row.preimage.clone());
        Ok(())
    }

    fn delete_multisig(&mut self, address: &Address) -> Result<()> {
        self.multisigs.remove(address);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
