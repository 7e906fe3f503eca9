//! Multisig addresses of an open wallet, and signing as a member of one.

use kmd_algorand::{Address, MultisigPreimage, PublicKey, Transaction, multisig_program_bytes, program_bytes};
use kmd_crypto::Password;

use super::Call;
use crate::error::Result;
use crate::multisig::{self, MultisigSigning};
use crate::operation::Operation;

impl Call<'_> {
    /// Imports a multisig address.
    ///
    /// # Errors
    /// [`crate::Error::Session`]; impossible multisig; those of the wallet.
    pub fn import_multisig(&self, handle: &str, version: u8, threshold: u8, keys: Vec<PublicKey>) -> Result<Address> {
        let opened = self.authenticate(handle)?;
        self.run(&opened, &Operation::ImportMultisig, |wallet| {
            wallet.import_multisig(&MultisigPreimage::new(version, threshold, keys)?)
        })
    }

    /// What a multisig address is the hash of.
    ///
    /// # Errors
    /// [`crate::Error::Address`] before [`crate::Error::Session`]; those of the wallet.
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
    /// [`crate::Error::Session`]; those of the wallet.
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
    /// [`crate::Error::Session`] before [`crate::Error::Transaction`]; those of the wallet.
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
        let signed = self.run(&opened, &operation, |wallet| {
            multisig::sign(wallet, password, &accounts, signing, transaction.signing_bytes())
        })?;
        self.signatures.set(1);
        Ok(signed)
    }

    /// Signs a program as a member of a multisig: the multisig in msgpack.
    /// `legacy` leaves the address out of what is signed.
    ///
    /// # Errors
    /// [`crate::Error::Session`] before [`crate::Error::Address`]; those of the wallet.
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
        let signed = self.run(&opened, &operation, |wallet| {
            multisig::sign(wallet, password, &[address], signing, &message)
        })?;
        self.signatures.set(1);
        Ok(signed)
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
