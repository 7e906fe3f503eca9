//! What can be wrong with a transaction and its signature.

use thiserror::Error;

use crate::schema::DecodeError;
use crate::transaction::TransactionError;

/// Why bytes are not a signed, or yet unsigned, transaction.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignedTransactionError {
    /// The encoding or the transaction in it is refused.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// There is no `txn`.
    #[error("txn: the transaction is missing")]
    TransactionMissing,
    /// Several kinds of signature at once. The network refuses that, and which was meant is not for
    /// us to guess.
    #[error("{0} and {1}: more than one kind of signature")]
    TwoSignatures(&'static str, &'static str),
    /// A logic signature without the program.
    #[error("lsig.l: the program is missing")]
    ProgramMissing,
}

impl From<DecodeError> for SignedTransactionError {
    fn from(error: DecodeError) -> Self {
        Self::Transaction(error.into())
    }
}
