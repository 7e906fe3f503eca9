//! Software wallets: all that is done with keys whose secrets lie encrypted in
//! some [`Store`]. Written once, for every database.

use std::sync::Arc;

use kmd_algorand::{Address, MultisigPreimage, PublicKey, Signature};
use kmd_crypto::{
    KdfParams, MasterDerivationKey, MasterKey, Password, PasswordCheck, PasswordKdf, PrivateKey, Random, Seed,
    SigningKey, open_master_key, seal_master_key, seal_max_key_index,
};

use crate::backup::back_up;
use crate::cache::KeyCache;
use crate::driver::{Locked, NewPassword, Signing, Wallet};
use crate::generate::{GroupCommit, generate_keys};
use crate::store::{KeyRow, MultisigRow, Store, Transaction};
use crate::verify::verify;
use crate::{BackedUp, BackupName, Error, Generation, Metadata, Result, Verification};

/// The encrypted rows of a new wallet.
pub struct WalletSecrets {
    /// Envelope of the master key.
    pub master_key: Vec<u8>,
    /// Envelope of the master derivation key.
    pub master_derivation_key: Vec<u8>,
    /// Envelope of the highest key index, which is 0.
    pub max_key_index: Vec<u8>,
}

/// Makes the secrets of a new wallet: a fresh master key, and the given or a
/// fresh master derivation key.
///
/// # Errors
/// KDF; no randomness.
pub fn seal_new_wallet(
    kdf: &PasswordKdf,
    params: KdfParams,
    password: &Password,
    master_derivation_key: Option<MasterDerivationKey>,
    random: &dyn Random,
) -> Result<WalletSecrets> {
    let master_key = MasterKey::try_from_fn(|key| random.fill(key))?;
    let derivation_key = match master_derivation_key {
        Some(key) => key,
        None => MasterDerivationKey::try_from_fn(|key| random.fill(key))?,
    };
    let failed = Error::from_envelope("new wallet");
    Ok(WalletSecrets {
        master_key: seal_master_key(kdf, params, password.expose(), &master_key, random).map_err(&failed)?,
        master_derivation_key: derivation_key.seal(&master_key, random).map_err(&failed)?,
        max_key_index: seal_max_key_index(&master_key, 0, random).map_err(&failed)?,
    })
}

/// A wallet that was found in a store.
pub struct SoftLocked<S> {
    store: S,
    params: KdfParams,
    kdf: Arc<PasswordKdf>,
    random: Arc<dyn Random>,
}

impl<S: Store> SoftLocked<S> {
    /// The wallet in `store`. New passwords are given `params`, unless told otherwise.
    pub fn new(store: S, params: KdfParams, kdf: Arc<PasswordKdf>, random: Arc<dyn Random>) -> Self {
        Self {
            store,
            params,
            kdf,
            random,
        }
    }

    /// Decrypts the keys into memory.
    ///
    /// # Errors
    /// As [`Locked::unlock`].
    pub fn unlock_soft(self, password: &Password) -> Result<SoftWallet<S>> {
        let generation = self.store.generation()?;
        let rows = self.store.secrets()?;
        let (master_key, check) = self.open(password, &rows.master_key)?;
        let master_derivation_key = MasterDerivationKey::open(&master_key, &rows.master_derivation_key)
            .map_err(Error::from_envelope("master derivation key"))?;
        Ok(SoftWallet {
            store: self.store,
            random: self.random,
            master_key_envelope: rows.master_key,
            master_key,
            master_derivation_key,
            check,
            cache: KeyCache::at(generation),
            group_commit: GroupCommit::default(),
        })
    }

    fn params_of(&self, new: &NewPassword<'_>) -> Result<KdfParams> {
        let own = &self.params;
        let (n, r, p) = (
            new.n.unwrap_or(own.n()),
            new.r.unwrap_or(own.r()),
            new.p.unwrap_or(own.p()),
        );
        self.kdf.params(n, r, p).map_err(|unfit| Error::Kdf(unfit.into()))
    }

    /// Tries the spellings in turn. Each costs a whole KDF, so a password with
    /// two of them takes twice as long to be refused.
    fn open(&self, password: &Password, envelope: &[u8]) -> Result<(MasterKey, PasswordCheck)> {
        let mut refused = Error::WrongPassword;
        for spelling in password.spellings() {
            match open_master_key(&self.kdf, spelling, envelope).map_err(Error::from_password_envelope) {
                Ok(key) => return Ok((key, PasswordCheck::new(spelling, &*self.random)?)),
                Err(error @ Error::WrongPassword) => refused = error,
                Err(error) => return Err(error),
            }
        }
        Err(refused)
    }
}

impl<S: Store> Locked for SoftLocked<S> {
    fn metadata(&self) -> Result<Metadata> {
        self.store.metadata()
    }

    fn unlock(self: Box<Self>, password: &Password) -> Result<Arc<dyn Wallet>> {
        Ok(Arc::new(self.unlock_soft(password)?))
    }

    /// The master key alone is encrypted under the password, so its envelope is
    /// all that changes. It must be the one that was opened.
    fn change_password(self: Box<Self>, password: &Password, new: NewPassword<'_>) -> Result<()> {
        let params = self.params_of(&new)?;
        let opened = self.store.secrets()?.master_key;
        let (master_key, _) = self.open(password, &opened)?;
        let sealed = seal_master_key(&self.kdf, params, new.password.expose(), &master_key, &*self.random)
            .map_err(Error::from_envelope("master key"))?;
        self.store.change(&mut |transaction| {
            if transaction.master_key()? != opened {
                return Err(Error::Replaced);
            }
            transaction.set_master_key(&sealed)
        })
    }

    fn verify(self: Box<Self>, password: &Password) -> Result<Verification> {
        let (master_key, _) = self.open(password, &self.store.secrets()?.master_key)?;
        verify(&self.store, &master_key)
    }

    fn back_up(self: Box<Self>, password: &Password, name: &BackupName) -> Result<BackedUp> {
        let envelope = self.store.secrets()?.master_key;
        let (master_key, _) = self.open(password, &envelope)?;
        back_up(&self.store, &master_key, &envelope, name)
    }
}

/// An open software wallet. Its keys are wiped when it is dropped.
pub struct SoftWallet<S> {
    store: S,
    random: Arc<dyn Random>,
    master_key_envelope: Vec<u8>,
    master_key: MasterKey,
    master_derivation_key: MasterDerivationKey,
    check: PasswordCheck,
    /// Keys of the state at which the envelope on disk was seen to be the one above.
    cache: KeyCache,
    group_commit: GroupCommit,
}

impl<S: Store> SoftWallet<S> {
    /// The state of the wallet now, at which its keys are known to fit.
    fn current(&self) -> Result<Generation> {
        let generation = self.store.generation()?;
        if self.cache.is_at(generation) {
            return Ok(generation);
        }
        self.check_envelope(&self.store.secrets()?.master_key)?;
        self.cache.begin(generation);
        Ok(generation)
    }

    /// Refuses a wallet whose master key is no longer the one in memory.
    fn check_envelope(&self, stored: &[u8]) -> Result<()> {
        if stored == self.master_key_envelope {
            Ok(())
        } else {
            Err(Error::Replaced)
        }
    }

    /// Changes the wallet, if it still is the one that was unlocked. Gives the
    /// state before.
    fn change(&self, mut change: impl FnMut(&mut dyn Transaction) -> Result<()>) -> Result<Generation> {
        let mut before = Generation::default();
        self.store.change(&mut |transaction| {
            self.check_envelope(&transaction.master_key()?)?;
            before = transaction.generation()?;
            change(transaction)
        })?;
        Ok(before)
    }

    /// A change that only adds: the keys in memory stay good.
    fn add(&self, change: impl FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        let before = self.change(change)?;
        // The change lasts, whether or not its state can be read now.
        if let Ok(after) = self.store.generation()
            && after.follows(before)
        {
            self.cache.advance(before, after);
        }
        Ok(())
    }

    /// A change that takes a key away: it must not sign again, whatever happens.
    fn remove(&self, change: impl FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        let removed = self.change(change);
        self.cache.clear();
        removed.map(drop)
    }

    fn authorize(&self, password: &Password) -> Result<Generation> {
        let generation = self.current()?;
        if self.check.matches(password) {
            Ok(generation)
        } else {
            Err(Error::WrongPassword)
        }
    }

    fn signing_key(&self, generation: Generation, signer: PublicKey) -> Result<Arc<SigningKey>> {
        if let Some(key) = self.cache.get(generation, &signer) {
            return Ok(key);
        }
        let key = Arc::new(self.load(&Address::from(signer))?);
        self.cache.put(generation, signer, &key);
        Ok(key)
    }

    /// Reads and decrypts a key, and refuses one that is not of its address.
    fn load(&self, address: &Address) -> Result<SigningKey> {
        let envelope = self.store.secret_key(address)?.ok_or(Error::KeyNotFound)?;
        let stored = PrivateKey::open(&self.master_key, &envelope).map_err(Error::from_envelope("secret key"))?;
        // Its public half is derived anew, whatever was stored.
        let key = SigningKey::from_seed(&stored.seed());
        if key.public_key() != *address.as_bytes() {
            return Err(Error::KeyMismatch(*address));
        }
        Ok(key)
    }
}

impl<S: Store> Wallet for SoftWallet<S> {
    fn metadata(&self) -> Result<Metadata> {
        self.store.metadata()
    }

    fn check_password(&self, password: &Password) -> Result<()> {
        self.authorize(password).map(drop)
    }

    fn verify(&self) -> Result<Verification> {
        self.current()?;
        verify(&self.store, &self.master_key)
    }

    fn back_up(&self, name: &BackupName) -> Result<BackedUp> {
        self.current()?;
        back_up(&self.store, &self.master_key, &self.master_key_envelope, name)
    }

    fn list_keys(&self) -> Result<Vec<Address>> {
        self.store.addresses()
    }

    fn sign(&self, password: &Password, signer: PublicKey, message: &[u8]) -> Result<Signature> {
        let generation = self.authorize(password)?;
        let key = self.signing_key(generation, signer)?;
        Ok(Signature::from_bytes(key.sign(message)))
    }

    fn signing<'a>(&'a self, password: &'a Password) -> Result<Signing<'a>> {
        let generation = self.authorize(password)?;
        Ok(Box::new(move |signer, message| {
            let key = self.signing_key(generation, signer)?;
            Ok(Signature::from_bytes(key.sign(message)))
        }))
    }

    fn sign_at_once(&self, password: &Password, signer: PublicKey, message: &[u8]) -> Result<Option<Signature>> {
        let generation = self.store.generation()?;
        let Some(key) = self.cache.get(generation, &signer) else {
            return Ok(None);
        };
        if !self.check.matches(password) {
            return Err(Error::WrongPassword);
        }
        Ok(Some(Signature::from_bytes(key.sign(message))))
    }

    fn generate_key(&self) -> Result<Address> {
        self.group_commit.join(|count| {
            let mut addresses = Vec::new();
            self.add(|transaction| {
                addresses = generate_keys(
                    transaction,
                    &self.master_key,
                    &self.master_derivation_key,
                    count,
                    &*self.random,
                )?;
                Ok(())
            })?;
            Ok(addresses)
        })
    }

    fn import_key(&self, seed: &Seed) -> Result<Address> {
        if *seed.expose() == [0; 32] {
            return Err(Error::ZeroKey);
        }
        let key = SigningKey::from_seed(seed);
        let address = Address::from_bytes(key.public_key());
        let row = KeyRow {
            address,
            secret_key: key
                .private_key()
                .seal(&self.master_key, &*self.random)
                .map_err(Error::from_envelope("secret key"))?,
            index: None,
        };
        self.add(|transaction| transaction.insert_key(&row))?;
        Ok(address)
    }

    fn export_key(&self, password: &Password, address: &Address) -> Result<PrivateKey> {
        self.authorize(password)?;
        self.load(address).map(|key| key.private_key())
    }

    fn delete_key(&self, password: &Password, address: &Address) -> Result<()> {
        self.authorize(password)?;
        self.remove(|transaction| transaction.delete_key(address))
    }

    fn export_master_derivation_key(&self, password: &Password) -> Result<MasterDerivationKey> {
        self.authorize(password)?;
        Ok(MasterDerivationKey::from_fn(|key| {
            key.copy_from_slice(self.master_derivation_key.expose())
        }))
    }

    fn import_multisig(&self, preimage: &MultisigPreimage) -> Result<Address> {
        let address = preimage.address();
        let row = MultisigRow {
            address,
            preimage: preimage.clone(),
        };
        self.add(|transaction| transaction.insert_multisig(&row))?;
        Ok(address)
    }

    fn export_multisig(&self, address: &Address) -> Result<MultisigPreimage> {
        self.store.multisig(address)?.ok_or(Error::MultisigNotFound)
    }

    fn list_multisig(&self) -> Result<Vec<Address>> {
        self.store.multisig_addresses()
    }

    fn delete_multisig(&self, password: &Password, address: &Address) -> Result<()> {
        self.authorize(password)?;
        self.remove(|transaction| transaction.delete_multisig(address))
    }
}
