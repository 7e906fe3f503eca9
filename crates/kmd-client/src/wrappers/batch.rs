//! Signing many transactions in one call.

use kmd_algorand::PublicKey;
use kmd_api::v2::{SignTransactions, TransactionToSign};
use kmd_api::{ByteString, Password, PublicKeyField, SecretText};

use super::copy;
use crate::{Client, Error};

/// A transaction of a batch.
#[derive(Clone, Copy, Debug)]
pub struct ToSign<'a> {
    /// msgpack of the transaction.
    pub transaction: &'a [u8],
    /// The key to sign with where it is not the sender's.
    pub signer: Option<PublicKey>,
}

impl Client {
    /// Signs up to 10,000 transactions, all of them or none, and returns the signed ones in the
    /// same order. Atomic groups must be whole and in order.
    ///
    /// # Errors
    /// [`Error::Refused`]; its message names the transaction by its place, counted from 0.
    pub fn sign_transactions(
        &self,
        handle: &SecretText,
        password: &str,
        transactions: &[ToSign<'_>],
    ) -> Result<Vec<Vec<u8>>, Error> {
        self.sign_batch(batch(handle, password, transactions))
    }

    /// As [`sign_transactions`](Self::sign_transactions), where others sign the rest of a group.
    ///
    /// # Errors
    /// As there.
    pub fn sign_partial_groups(
        &self,
        handle: &SecretText,
        password: &str,
        transactions: &[ToSign<'_>],
    ) -> Result<Vec<Vec<u8>>, Error> {
        self.sign_batch(SignTransactions {
            partial_group: true,
            ..batch(handle, password, transactions)
        })
    }

    fn sign_batch(&self, request: SignTransactions) -> Result<Vec<Vec<u8>>, Error> {
        let signed = self.call(&request)?.signed_transactions;
        Ok(signed.into_iter().map(ByteString::into_vec).collect())
    }
}

fn batch(handle: &SecretText, password: &str, transactions: &[ToSign<'_>]) -> SignTransactions {
    let item = |item: &ToSign<'_>| TransactionToSign {
        public_key: item.signer.map(PublicKeyField::from).unwrap_or_default(),
        transaction: ByteString::from(item.transaction.to_vec()),
    };
    SignTransactions {
        transactions: transactions.iter().map(item).collect(),
        wallet_handle_token: copy(handle),
        wallet_password: Password::new(password),
        ..SignTransactions::default()
    }
}
