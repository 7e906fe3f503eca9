//! A transaction together with what says that its sender agrees: as it is kept in files, and as the
//! network takes it.
//!
//! ```text
//!  file ──► TransactionFile ──► SignedTransaction ── transaction ──► Transaction
//!             one after             │     ▲            signer         (what is signed)
//!             another               └─────┘            authorization
//!                                    encode
//! ```
//!
//! Nothing is verified here; that takes Ed25519, which is not this crate's business.

mod encoding;
mod error;
mod file;
mod logic;
#[cfg(test)]
mod properties;

pub use error::SignedTransactionError;
pub use file::{FileEntry, FileError, Form, TransactionFile};
pub use logic::{Delegation, LogicSignature};

use crate::address::Address;
use crate::multisig::Multisig;
use crate::signature::Signature;
use crate::transaction::Transaction;

/// A transaction and its signature, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTransaction {
    /// What is or will be signed.
    pub transaction: Transaction,
    /// The account whose keys sign, where that is not the sender: the sender was rekeyed to it.
    pub signer: Option<Address>,
    /// The signature.
    pub authorization: Authorization,
}

/// What says that an account agrees. The network wants exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// Nothing yet.
    None,
    /// A signature with the account's key.
    Key(Signature),
    /// Signatures of some of the account's keys.
    Multisig(Multisig),
    /// A program, and why it may speak for the account.
    Logic(LogicSignature),
    /// A signature with a post-quantum key.
    PostQuantum(PostQuantumSignature),
}

/// A signature with a post-quantum key, as it travels: key and signature are not looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostQuantumSignature {
    /// Which kind of key: "f1" is Falcon-1024.
    pub scheme: [u8; 2],
    /// What was added to the key so that the address is no Ed25519 key.
    pub salt: u8,
    /// The public key.
    pub key: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl SignedTransaction {
    /// The transaction, with no signature and the sender as its own signer.
    #[must_use]
    pub fn unsigned(transaction: Transaction) -> Self {
        Self {
            transaction,
            signer: None,
            authorization: Authorization::None,
        }
    }

    /// The account whose keys have to sign: `signer`, else the sender.
    #[must_use]
    pub fn authorizer(&self) -> Address {
        self.signer.unwrap_or(self.transaction.sender())
    }
}
