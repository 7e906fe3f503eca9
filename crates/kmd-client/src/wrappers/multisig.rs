//! Multisig addresses and signing as one of their members.

use kmd_algorand::{Address, Multisig, MultisigPreimage, PublicKey};
use kmd_api::v1::{
    DeleteMultisig, ExportMultisig, ExportMultisigResponse, ImportMultisig, ListMultisig, SignMultisigProgram,
    SignMultisigResponse, SignMultisigTransaction,
};
use kmd_api::{ByteString, PartialMultisig, Password, PublicKeyField, SecretText};

use super::{address, addresses, copy, undecodable};
use crate::{Client, Error};

impl Client {
    /// The multisig addresses that were imported.
    ///
    /// # Errors
    /// [`Error`]
    pub fn list_multisig(&self, handle: &SecretText) -> Result<Vec<Address>, Error> {
        let request = ListMultisig {
            wallet_handle_token: copy(handle),
        };
        addresses(&self.call(&request)?.addresses)
    }

    /// Imports a multisig address, as what it is the hash of.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the wallet has it.
    pub fn import_multisig(&self, handle: &SecretText, preimage: &MultisigPreimage) -> Result<Address, Error> {
        let request = ImportMultisig {
            multisig_version: preimage.version(),
            pks: preimage.keys().iter().copied().map(PublicKeyField::from).collect(),
            threshold: preimage.threshold(),
            wallet_handle_token: copy(handle),
        };
        address(&self.call(&request)?.address)
    }

    /// What a multisig address is the hash of.
    ///
    /// # Errors
    /// [`Error::Daemon`] when it was not imported.
    pub fn export_multisig(&self, handle: &SecretText, address: Address) -> Result<MultisigPreimage, Error> {
        let request = ExportMultisig {
            address: address.to_string(),
            wallet_handle_token: copy(handle),
        };
        preimage(&self.call(&request)?)
    }

    /// Forgets a multisig address. Succeeds when there is none.
    ///
    /// # Errors
    /// [`Error`]
    pub fn delete_multisig(&self, handle: &SecretText, password: &str, address: Address) -> Result<(), Error> {
        let request = DeleteMultisig {
            address: address.to_string(),
            wallet_handle_token: copy(handle),
            wallet_password: Password::new(password),
        };
        self.call(&request).map(drop)
    }

    /// Signs the msgpack of a transaction as one member and returns the multisig with that
    /// signature added. `partial` has the signatures so far; the first to sign gives none, and must
    /// have imported the address. `signer` is the multisig address where it is not the sender: the
    /// sender was rekeyed to it.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the wallet has not the member's key, or does not know the address.
    pub fn sign_multisig_transaction(
        &self,
        handle: &SecretText,
        password: &str,
        transaction: &[u8],
        member: PublicKey,
        partial: Option<Multisig>,
        signer: Option<Address>,
    ) -> Result<Multisig, Error> {
        let request = SignMultisigTransaction {
            partial_multisig: partial.map(PartialMultisig::from).unwrap_or_default(),
            public_key: member.into(),
            signer: signer.map(PublicKeyField::from).unwrap_or_default(),
            transaction: ByteString::from(transaction.to_vec()),
            wallet_handle_token: copy(handle),
            wallet_password: Password::new(password),
        };
        multisig(&self.call(&request)?)
    }

    /// Signs a program as one member of the multisig `address`; `partial` as in
    /// [`sign_multisig_transaction`](Self::sign_multisig_transaction).
    ///
    /// # Errors
    /// As there.
    pub fn sign_multisig_program(
        &self,
        handle: &SecretText,
        password: &str,
        address: Address,
        program: &[u8],
        member: PublicKey,
        partial: Option<Multisig>,
    ) -> Result<Multisig, Error> {
        let request = program_request(handle, password, address, program, member, partial);
        multisig(&self.call(&request)?)
    }

    /// As [`sign_multisig_program`](Self::sign_multisig_program), in the form that was used before
    /// the address was signed along. Such a signature is good for every multisig of the member.
    ///
    /// # Errors
    /// As there.
    pub fn sign_multisig_program_legacy(
        &self,
        handle: &SecretText,
        password: &str,
        address: Address,
        program: &[u8],
        member: PublicKey,
        partial: Option<Multisig>,
    ) -> Result<Multisig, Error> {
        let request = SignMultisigProgram {
            use_legacy_msig: true,
            ..program_request(handle, password, address, program, member, partial)
        };
        multisig(&self.call(&request)?)
    }
}

fn program_request(
    handle: &SecretText,
    password: &str,
    address: Address,
    program: &[u8],
    member: PublicKey,
    partial: Option<Multisig>,
) -> SignMultisigProgram {
    SignMultisigProgram {
        address: address.to_string(),
        data: ByteString::from(program.to_vec()),
        partial_multisig: partial.map(PartialMultisig::from).unwrap_or_default(),
        public_key: member.into(),
        use_legacy_msig: false,
        wallet_handle_token: copy(handle),
        wallet_password: Password::new(password),
    }
}

fn preimage(answer: &ExportMultisigResponse) -> Result<MultisigPreimage, Error> {
    let keys: Result<_, Error> = answer.pks.iter().map(|key| public_key(key.as_slice())).collect();
    MultisigPreimage::new(answer.multisig_version, answer.threshold, keys?).map_err(undecodable)
}

fn public_key(bytes: &[u8]) -> Result<PublicKey, Error> {
    let bytes = bytes.try_into().map_err(undecodable)?;
    Ok(PublicKey::from_bytes(bytes))
}

fn multisig(answer: &SignMultisigResponse) -> Result<Multisig, Error> {
    Multisig::decode(answer.multisig.as_slice()).map_err(undecodable)
}
