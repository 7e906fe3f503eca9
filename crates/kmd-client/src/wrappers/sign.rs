//! Signing with one key.

use kmd_algorand::{Address, PublicKey, Signature};
use kmd_api::v1::{SignProgram, SignTransaction};
use kmd_api::{ByteString, Password, PublicKeyField, SecretText};

use super::{copy, undecodable};
use crate::{Client, Error};

impl Client {
    /// Signs the msgpack of a transaction and returns the msgpack of the signed transaction, ready
    /// to be sent. `signer` is the key to sign with where it is not the sender's: the sender was
    /// rekeyed.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the transaction is none or the wallet has no such key.
    pub fn sign_transaction(
        &self,
        handle: &SecretText,
        password: &str,
        transaction: &[u8],
        signer: Option<PublicKey>,
    ) -> Result<Vec<u8>, Error> {
        let request = SignTransaction {
            public_key: signer.map(PublicKeyField::from).unwrap_or_default(),
            transaction: ByteString::from(transaction.to_vec()),
            wallet_handle_token: copy(handle),
            wallet_password: Password::new(password),
        };
        Ok(self.call(&request)?.signed_transaction.into_vec())
    }

    /// Signs a program, which may then spend from `address` whatever it approves of.
    ///
    /// # Errors
    /// [`Error::Daemon`] when the wallet has no such key.
    pub fn sign_program(
        &self,
        handle: &SecretText,
        password: &str,
        address: Address,
        program: &[u8],
    ) -> Result<Signature, Error> {
        let request = SignProgram {
            address: address.to_string(),
            data: ByteString::from(program.to_vec()),
            wallet_handle_token: copy(handle),
            wallet_password: Password::new(password),
        };
        let answer = self.call(&request)?;
        let signature = answer.sig.as_slice().try_into().map_err(undecodable)?;
        Ok(Signature::from_bytes(signature))
    }
}
