//! Signing with one key: a transaction, many of them, a program.

use std::num::NonZeroUsize;

use kmd_algorand::{Address, PublicKey, Signature, Transaction, program_bytes};
use kmd_crypto::Password;
use kmd_wallet::Wallet;

use super::{Call, Patience};
use crate::batch::{self, Groups, TransactionToSign};
use crate::error::{Error, Result};
use crate::operation::Operation;

impl Call<'_> {
    /// Signs a transaction with the key of `signer`, or of its sender: the
    /// signed transaction in msgpack.
    ///
    /// # Errors
    /// [`crate::Error::Session`] before [`crate::Error::Transaction`]; those of the wallet.
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
        self.signatures.set(1);
        Ok(transaction.signed(&signature, signer))
    }

    /// Signs many transactions: all of them, or none. The answers are in order.
    ///
    /// # Errors
    /// [`crate::Error::Session`]; [`crate::Error::Batch`] with the place of the transaction
    /// that is refused.
    pub fn sign_transactions(
        &self,
        handle: &str,
        password: &Password,
        batch: &[TransactionToSign<'_>],
        groups: Groups,
    ) -> Result<Vec<Vec<u8>>> {
        let opened = self.authenticate(handle)?;
        let checked = opened.wallet.signing(password);
        let sign = checked.map_err(|error| self.kmd.attempts.shown(&opened.id, error))?;
        let threads = self.kmd.threads;
        let transactions = batch::for_each(batch, threads, |item| Ok(Transaction::decode(item.bytes)?))?;
        if groups == Groups::Whole {
            batch::check_groups(&transactions)?;
        }
        let signing: Vec<(&Transaction, PublicKey)> = transactions
            .iter()
            .zip(batch)
            .map(|(transaction, item)| {
                let signer = item.signer.unwrap_or_else(|| PublicKey::from(transaction.sender()));
                (transaction, signer)
            })
            .collect();
        let operation = |&(transaction, signer): &_| Operation::SignTransaction { transaction, signer };
        let kmd = self.kmd;
        // All are decided on before the first is signed.
        batch::for_each(&signing, NonZeroUsize::MIN, |item| {
            kmd.decide(&opened.id, &operation(item))
        })?;
        let signed = batch::for_each(&signing, threads, |item| {
            let &(transaction, signer) = item;
            let signature = sign(signer, transaction.signing_bytes());
            let signed = signature.map(|signature| transaction.signed(&signature, signer));
            kmd.record(&opened.id, &operation(item), signed.map_err(Error::from))
        })?;
        self.signatures.set(signed.len());
        Ok(signed)
    }

    /// Signs a program: 64 bytes.
    ///
    /// # Errors
    /// [`crate::Error::Session`] before [`crate::Error::Address`]; those of the wallet.
    pub fn sign_program(&self, handle: &str, password: &Password, address: &str, program: &[u8]) -> Result<[u8; 64]> {
        let opened = self.authenticate(handle)?;
        let signer = PublicKey::from(address.parse::<Address>()?);
        let operation = Operation::SignProgram { program, signer };
        let signature = self.run(&opened, &operation, |wallet| {
            self.sign(wallet, password, signer, &program_bytes(program))
        })?;
        self.signatures.set(1);
        Ok(*signature.as_bytes())
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
}
