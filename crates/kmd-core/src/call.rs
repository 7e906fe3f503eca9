//! One call of the daemon: one operation, from its handle to its result.

use std::cell::OnceCell;
use std::num::NonZeroUsize;
use std::sync::Arc;

use kmd_algorand::{
    Address, MultisigPreimage, PublicKey, Signature, Transaction, multisig_program_bytes, program_bytes,
};
use kmd_crypto::{MasterDerivationKey, Password, PrivateKey, Seed};
use kmd_wallet::{Metadata, NewWallet, Wallet, WalletId, WalletName};

use crate::batch::{self, Groups, TransactionToSign};
use crate::error::{Error, Result};
use crate::kmd::{HandleInfo, Kmd, WalletToCreate};
use crate::multisig::{self, MultisigSigning};
use crate::operation::{Decision, Operation};
use crate::session::{Handle, HandleToken, Opened};

/// Whether a call may wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    MayWait,
    AtOnce,
}

/// One call. It remembers which wallet it was about, for the log.
pub struct Call<'a> {
    kmd: &'a Kmd,
    patience: Patience,
    wallet: OnceCell<WalletId>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(kmd: &'a Kmd, patience: Patience) -> Self {
        Self {
            kmd,
            patience,
            wallet: OnceCell::new(),
        }
    }

    /// The wallet that the call was about, as far as it got.
    pub fn wallet(&self) -> Option<&WalletId> {
        self.wallet.get()
    }

    /// All wallets of all drivers.
    ///
    /// # Errors
    /// When a driver cannot list.
    pub fn list_wallets(&self) -> Result<Vec<Metadata>> {
        let mut wallets = Vec::new();
        for driver in &self.kmd.drivers {
            wallets.extend(driver.list()?);
        }
        Ok(wallets)
    }

    /// Creates a wallet.
    ///
    /// # Errors
    /// Unknown driver; no randomness; those of the driver.
    pub fn create_wallet(&self, create: WalletToCreate<'_>) -> Result<Metadata> {
        let driver = self.kmd.driver(create.driver)?;
        let mut bytes = [0; 16];
        self.kmd.random.fill(&mut bytes)?;
        let id = WalletId::from_random(bytes);
        let name = match create.name {
            "" => WalletName::from(id.clone()),
            name => WalletName::new(name)?,
        };
        let metadata = Metadata {
            id: id.clone(),
            name: name.clone(),
            driver: driver.info(),
        };
        driver.create(NewWallet {
            id: id.clone(),
            name,
            password: create.password,
            master_derivation_key: create.master_derivation_key,
        })?;
        self.about(&id);
        Ok(metadata)
    }

    /// Unlocks a wallet. One that is open already opens again without the KDF,
    /// for the right password only.
    ///
    /// # Errors
    /// Not found; [`Error::Unlock`]; no randomness.
    pub fn init_wallet(&self, id: &str, password: &Password) -> Result<HandleToken> {
        let (_, id, locked) = self.kmd.find(id)?;
        self.about(&id);
        let wallet = match self.open_wallet(&id, password) {
            Some(wallet) => wallet,
            None => locked.unlock(password).map_err(Error::Unlock)?,
        };
        let opened = Opened { id, wallet };
        Ok(self.kmd.sessions.open(opened, &*self.kmd.random)?)
    }

    fn open_wallet(&self, id: &WalletId, password: &Password) -> Option<Arc<dyn Wallet>> {
        let wallet = self.kmd.sessions.open_wallet(id)?;
        wallet.check_password(password).is_ok().then_some(wallet)
    }

    /// Gives a handle up.
    ///
    /// # Errors
    /// [`Error::Session`].
    pub fn release_handle(&self, handle: &str) -> Result<()> {
        self.authenticate(handle)?;
        Ok(self.kmd.sessions.release(handle)?)
    }

    /// What a handle opens and for how long.
    ///
    /// # Errors
    /// [`Error::Session`]; when the wallet cannot be read.
    pub fn handle_info(&self, handle: &str) -> Result<HandleInfo> {
        self.describe(self.kmd.sessions.info(handle)?)
    }

    /// Gives a handle its full lifetime again.
    ///
    /// # Errors
    /// As [`Self::handle_info`].
    pub fn renew_handle(&self, handle: &str) -> Result<HandleInfo> {
        self.describe(self.kmd.sessions.renew(handle)?)
    }

    fn describe(&self, handle: Handle) -> Result<HandleInfo> {
        self.about(&handle.opened.id);
        Ok(HandleInfo {
            wallet: handle.opened.wallet.metadata()?,
            remaining: handle.remaining,
        })
    }

    /// Renames a wallet.
    ///
    /// # Errors
    /// Not found; those of the driver.
    pub fn rename_wallet(&self, id: &str, name: &str, password: &Password) -> Result<Metadata> {
        let (driver, id, locked) = self.kmd.find(id)?;
        self.about(&id);
        drop(locked);
        driver.rename(&id, &WalletName::new(name)?, password)?;
        let renamed = driver.open(&id).and_then(|locked| locked.metadata());
        renamed.map_err(Error::Fetch)
    }

    /// Gives the master derivation key out.
    ///
    /// # Errors
    /// [`Error::Session`]; wrong password.
    pub fn export_master_derivation_key(&self, handle: &str, password: &Password) -> Result<MasterDerivationKey> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ExportMasterDerivationKey, |wallet| {
            wallet.export_master_derivation_key(password)
        })
    }

    /// Derives the next key.
    ///
    /// # Errors
    /// [`Error::Session`]; those of the wallet.
    pub fn generate_key(&self, handle: &str, display_mnemonic: bool) -> Result<Address> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::GenerateKey, |wallet| {
            if display_mnemonic {
                return Err(kmd_wallet::Error::CannotDisplayMnemonic);
            }
            wallet.generate_key()
        })
    }

    /// Lists the addresses of all keys.
    ///
    /// # Errors
    /// [`Error::Session`]; those of the wallet.
    pub fn list_keys(&self, handle: &str) -> Result<Vec<Address>> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ListKeys, |wallet| wallet.list_keys())
    }

    /// Imports a key.
    ///
    /// # Errors
    /// [`Error::Session`]; those of the wallet.
    pub fn import_key(&self, handle: &str, seed: &Seed) -> Result<Address> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ImportKey, |wallet| wallet.import_key(seed))
    }

    /// Gives a secret key out.
    ///
    /// # Errors
    /// [`Error::Address`] before [`Error::Session`]; those of the wallet.
    pub fn export_key(&self, handle: &str, password: &Password, address: &str) -> Result<PrivateKey> {
        let address: Address = address.parse()?;
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ExportKey(&address), |wallet| {
            wallet.export_key(password, &address)
        })
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// As [`Self::export_key`].
    pub fn delete_key(&self, handle: &str, password: &Password, address: &str) -> Result<()> {
        let address: Address = address.parse()?;
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::DeleteKey(&address), |wallet| {
            wallet.delete_key(password, &address)
        })
    }

    /// Signs a transaction with the key of `signer`, or of its sender: the
    /// signed transaction in msgpack.
    ///
    /// # Errors
    /// [`Error::Session`] before [`Error::Transaction`]; those of the wallet.
    pub fn sign_transaction(
        &self,
        handle: &str,
        password: &Password,
        transaction: &[u8],
        signer: Option<PublicKey>,
    ) -> Result<Vec<u8>> {
        let opened = self.authenticate(handle)?;
        let transaction = Transaction::decode(transaction)?;
        let signer = signer.unwrap_or_else(|| PublicKey::from(transaction.sender()));
        let operation = Operation::SignTransaction {
            transaction: &transaction,
            signer,
        };
        let signature = self.run(&opened, &operation, |wallet| {
            self.sign(wallet, password, signer, transaction.signing_bytes())
        })?;
        Ok(transaction.signed(&signature, signer))
    }

    /// Signs many transactions: all of them, or none. The answers are in order.
    ///
    /// # Errors
    /// [`Error::Session`]; [`Error::Batch`] with the place of the transaction
    /// that is refused.
    pub fn sign_transactions(
        &self,
        handle: &str,
        password: &Password,
        batch: &[TransactionToSign<'_>],
        groups: Groups,
    ) -> Result<Vec<Vec<u8>>> {
        let opened = self.authenticate(handle)?;
        opened.wallet.check_password(password)?;
        let threads = self.kmd.threads;
        let transactions = batch::for_each(batch, threads, |item| Ok(Transaction::decode(item.bytes)?))?;
        if groups == Groups::Whole {
            batch::check_groups(&transactions)?;
        }
        let signer = |item: &TransactionToSign<'_>, transaction: &Transaction| {
            item.signer.unwrap_or_else(|| PublicKey::from(transaction.sender()))
        };
        let operations: Vec<_> = batch
            .iter()
            .zip(&transactions)
            .map(|(item, transaction)| Operation::SignTransaction {
                transaction,
                signer: signer(item, transaction),
            })
            .collect();
        // All are decided on before the first is signed.
        batch::for_each(&operations, NonZeroUsize::MIN, |operation| {
            self.kmd.decide(&opened, operation)
        })?;
        let kmd = self.kmd;
        let signed = batch::for_each(&operations, threads, |operation| match operation {
            Operation::SignTransaction { transaction, signer } => kmd.record(&opened, operation, {
                let signature = opened.wallet.sign(password, *signer, transaction.signing_bytes());
                signature.map(|signature| transaction.signed(&signature, *signer))
            }),
            _ => Err(kmd_wallet::Error::NotSupported.into()),
        })?;
        Ok(signed)
    }

    /// Signs a program: 64 bytes.
    ///
    /// # Errors
    /// [`Error::Session`] before [`Error::Address`]; those of the wallet.
    pub fn sign_program(&self, handle: &str, password: &Password, address: &str, program: &[u8]) -> Result<[u8; 64]> {
        let opened = self.authenticate(handle)?;
        let signer = PublicKey::from(address.parse::<Address>()?);
        let operation = Operation::SignProgram { program, signer };
        let signature = self.run(&opened, &operation, |wallet| {
            self.sign(wallet, password, signer, &program_bytes(program))
        })?;
        Ok(*signature.as_bytes())
    }

    /// Imports a multisig address.
    ///
    /// # Errors
    /// [`Error::Session`]; impossible multisig; those of the wallet.
    pub fn import_multisig(&self, handle: &str, version: u8, threshold: u8, keys: Vec<PublicKey>) -> Result<Address> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ImportMultisig, |wallet| {
            wallet.import_multisig(&MultisigPreimage::new(version, threshold, keys)?)
        })
    }

    /// What a multisig address is the hash of.
    ///
    /// # Errors
    /// [`Error::Address`] before [`Error::Session`]; those of the wallet.
    pub fn export_multisig(&self, handle: &str, address: &str) -> Result<MultisigPreimage> {
        let address: Address = address.parse()?;
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ExportMultisig(&address), |wallet| {
            wallet.export_multisig(&address)
        })
    }

    /// Lists the multisig addresses.
    ///
    /// # Errors
    /// [`Error::Session`]; those of the wallet.
    pub fn list_multisig(&self, handle: &str) -> Result<Vec<Address>> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ListMultisig, |wallet| wallet.list_multisig())
    }

    /// Deletes a multisig address.
    ///
    /// # Errors
    /// As [`Self::export_multisig`]; wrong password.
    pub fn delete_multisig(&self, handle: &str, password: &Password, address: &str) -> Result<()> {
        let address: Address = address.parse()?;
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::DeleteMultisig(&address), |wallet| {
            wallet.delete_multisig(password, &address)
        })
    }

    /// Signs a transaction as a member of the multisig that is its sender, or
    /// of `account` where the sender was rekeyed: the multisig in msgpack.
    ///
    /// # Errors
    /// [`Error::Session`] before [`Error::Transaction`]; those of the wallet.
    pub fn sign_multisig_transaction(
        &self,
        handle: &str,
        password: &Password,
        transaction: &[u8],
        account: Option<Address>,
        signing: MultisigSigning,
    ) -> Result<Vec<u8>> {
        let opened = self.authenticate(handle)?;
        let transaction = Transaction::decode(transaction)?;
        let accounts: Vec<Address> = account.into_iter().chain([transaction.sender()]).collect();
        let operation = Operation::SignTransaction {
            transaction: &transaction,
            signer: signing.member.unwrap_or(PublicKey::from_bytes([0; 32])),
        };
        self.run(&opened, &operation, |wallet| {
            multisig::sign(wallet, password, &accounts, signing, transaction.signing_bytes())
        })
    }

    /// Signs a program as a member of a multisig: the multisig in msgpack.
    /// `legacy` leaves the address out of what is signed.
    ///
    /// # Errors
    /// [`Error::Session`] before [`Error::Address`]; those of the wallet.
    pub fn sign_multisig_program(
        &self,
        handle: &str,
        password: &Password,
        address: &str,
        program: &[u8],
        form: ProgramForm,
        signing: MultisigSigning,
    ) -> Result<Vec<u8>> {
        let opened = self.authenticate(handle)?;
        let address: Address = address.parse()?;
        let operation = Operation::SignProgram {
            program,
            signer: signing.member.unwrap_or(PublicKey::from_bytes([0; 32])),
        };
        let message = match form {
            ProgramForm::Legacy => program_bytes(program),
            ProgramForm::WithAddress => multisig_program_bytes(address, program),
        };
        self.run(&opened, &operation, |wallet| {
            multisig::sign(wallet, password, &[address], signing, &message)
        })
    }

    fn sign(
        &self,
        wallet: &dyn Wallet,
        password: &Password,
        signer: PublicKey,
        message: &[u8],
    ) -> kmd_wallet::Result<Signature> {
        match self.patience {
            Patience::MayWait => wallet.sign(password, signer, message),
            Patience::AtOnce => wallet
                .sign_at_once(password, signer, message)?
                .ok_or(kmd_wallet::Error::WouldWait),
        }
    }

    fn about(&self, id: &WalletId) {
        // A call is about one wallet; a second would be a mistake of the log only.
        let _ = self.wallet.set(id.clone());
    }

    fn authenticate(&self, handle: &str) -> Result<Opened> {
        let opened = self.kmd.sessions.authenticate(handle)?;
        self.about(&opened.id);
        Ok(opened)
    }

    /// Decides, does, records. Every operation on an open wallet comes through here.
    fn run<T>(
        &self,
        opened: &Opened,
        operation: &Operation<'_>,
        act: impl FnOnce(&dyn Wallet) -> kmd_wallet::Result<T>,
    ) -> Result<T> {
        self.kmd.decide(opened, operation)?;
        self.kmd.record(opened, operation, act(&*opened.wallet))
    }
}

impl Kmd {
    /// Asks the policy. What it refuses is recorded here.
    fn decide(&self, opened: &Opened, operation: &Operation<'_>) -> Result<()> {
        match self.policy.decide(&opened.id, operation) {
            Decision::Allow => Ok(()),
            Decision::Refuse(reason) => {
                let refused = Error::Refused(reason);
                self.recorder.record(&opened.id, operation, Err(&refused));
                Err(refused)
            }
        }
    }

    /// Records how the operation ended, before its result goes on.
    fn record<T>(&self, opened: &Opened, operation: &Operation<'_>, result: kmd_wallet::Result<T>) -> Result<T> {
        let result = result.map_err(Error::from);
        if result.as_ref().is_err_and(Error::would_wait) {
            // Nothing has happened yet: it is done again, and recorded then.
            return result;
        }
        self.recorder.record(&opened.id, operation, result.as_ref().map(drop));
        result
    }
}

/// What is signed of a multisig's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramForm {
    /// "MsigProgram" ‖ address ‖ program.
    WithAddress,
    /// "Program" ‖ program, as before the address was included.
    Legacy,
}
