//! A wallet with one key, open and ready to sign.

use anyhow::Result;
use kmd_algorand::{Address, PublicKey};
use kmd_api::v1::{SignTransaction, SignTransactionResponse};
use kmd_api::{ByteString, Encoding, Password, SecretText};

use crate::client::{Client, PASSWORD};
use crate::payment;

/// The handle of an open wallet and the public key of its one key.
pub struct Signer {
    pub handle: String,
    key: [u8; 32],
}

impl Signer {
    /// Makes the wallet, opens it and makes the key.
    ///
    /// # Errors
    /// Of the daemon.
    pub fn new(client: &mut Client) -> Result<Self> {
        let wallet = client.create("signer")?;
        let (handle, _) = client.open(&wallet)?;
        let address: Address = client.generate(&handle)?.parse()?;
        Ok(Self {
            handle,
            key: *PublicKey::from(address).as_bytes(),
        })
    }

    /// A payment from the key's account; those of different rounds differ.
    ///
    /// # Errors
    /// Never: it is written to memory.
    pub fn payment(&self, round: u64, note: usize) -> Result<Vec<u8>> {
        payment::payment(&self.key, round, note)
    }

    /// The request to sign a transaction.
    pub fn sign(&self, transaction: &[u8]) -> SignTransaction {
        SignTransaction {
            transaction: ByteString::from(transaction.to_vec()),
            wallet_handle_token: SecretText::new(&self.handle),
            wallet_password: Password::new(PASSWORD),
            ..SignTransaction::default()
        }
    }

    /// Checks the body of an answer to [`Self::sign`].
    ///
    /// # Errors
    /// It does not hold this transaction, validly signed.
    pub fn check(&self, encoding: Encoding, body: &[u8], transaction: &[u8]) -> Result<()> {
        let answer: SignTransactionResponse = encoding.decode_response(body)?;
        self.check_signed(answer.signed_transaction.as_slice(), transaction)
    }

    /// Checks a signed transaction.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_signed(&self, signed: &[u8], transaction: &[u8]) -> Result<()> {
        payment::check(signed, transaction, &self.key)
    }
}
