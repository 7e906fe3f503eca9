//! Why an operation did not happen.

use kmd_algorand::{AddressError, TransactionError};
use kmd_crypto::RandomError;
use thiserror::Error;

use crate::attempts::TooManyAttempts;
use crate::session::SessionError;
use crate::token::TokenError;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not happen. The kinds are the steps of an operation:
/// the server answers each with its own status.
#[derive(Debug, Error)]
pub enum Error {
    /// The handle opens nothing.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// No driver has this name.
    #[error("no driver of this name")]
    UnknownDriver,
    /// An address in the request is none.
    #[error("not an address: {0}")]
    Address(#[from] AddressError),
    /// The transaction cannot be decoded in full.
    #[error("not a transaction: {0}")]
    Transaction(#[from] TransactionError),
    /// A group of the batch is not as it must be.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// One transaction of a batch is refused, and with it all.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// Too many wrong passwords: the next must wait.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
    /// The API token could not be replaced.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The policy refuses.
    #[error("refused by policy: {0}")]
    Refused(String),
    /// The wallet was found but does not open.
    #[error(transparent)]
    Unlock(kmd_wallet::Error),
    /// It was done, but what came of it cannot be read.
    #[error(transparent)]
    Fetch(kmd_wallet::Error),
    /// The wallet or its driver refuses or fails.
    #[error(transparent)]
    Wallet(#[from] kmd_wallet::Error),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Which transaction of a batch is refused, counted from 0, and why.
#[derive(Debug, Error)]
#[error("transaction {index}: {error}")]
pub struct BatchError {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Why.
    pub error: Box<Error>,
}

/// Why an atomic group is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum GroupError {
    /// More transactions than a group can have carry one group id.
    #[error("{0} transactions carry one group id, a group has at most 16")]
    TooLarge(usize),
    /// The transactions with this group id do not hash to it.
    #[error("the {0} transactions with this group id do not hash to it: some are missing, changed, or out of order")]
    NotWhole(usize),
}

impl Error {
    /// Whether the operation has to be done again where it may wait.
    pub fn would_wait(&self) -> bool {
        matches!(self, Self::Wallet(kmd_wallet::Error::WouldWait))
    }
}
