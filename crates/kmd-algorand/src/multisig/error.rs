//! What can be wrong with a multisig account or a partial signature of one.

use thiserror::Error;

use crate::schema::DecodeError;

/// Why a multisig account or partial signature was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MultisigError {
    /// The version is not 1, the only one there is.
    #[error("unknown version of multisig")]
    UnknownVersion,
    /// The threshold is 0 or larger than the number of keys, or there are no keys.
    #[error("the threshold is not 1 to the number of keys")]
    InvalidThreshold,
    /// More keys than a multisig account can have; holds how many.
    #[error("too many public keys in multisig: {0}, at most 255")]
    TooManyKeys(usize),
    /// The key that signed is not one of the account's.
    #[error("the key is not one of the multisig account's")]
    KeyNotInMultisig,
    /// Another signature is already there for the key. One of the two is wrong, and which is not
    /// for us to guess.
    #[error("there is another signature of the same key")]
    SignatureConflict,
    /// Two partial signatures are not of the same account.
    #[error("the partial signatures are of different multisig accounts")]
    DifferentAccounts,
    /// The encoding is wrong or would not survive decoding unchanged.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
}
