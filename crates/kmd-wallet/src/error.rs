//! Everything that can go wrong with a wallet.
//!
//! A variant tells what the caller can do. The text is for the log; clients of
//! API v1 get the words of the reference instead.

use std::path::PathBuf;

use kmd_algorand::MultisigError;
use kmd_crypto::{EnvelopeError, KdfError, RandomError};
use thiserror::Error;

/// Why an operation on a wallet did not happen.
#[derive(Debug, Error)]
pub enum Error {
    /// No wallet has this id.
    #[error("no wallet has this id")]
    WalletNotFound,
    /// Two files claim one id: which is meant cannot be known.
    #[error("several wallets have the id; remove or rename all files but one: {}", show(.0))]
    SeveralWallets(Vec<PathBuf>),
    /// Another wallet has this name.
    #[error("another wallet has this name")]
    NameTaken,
    /// Another wallet has this id.
    #[error("another wallet has this id")]
    IdTaken,
    /// Names are at most 64 bytes.
    #[error("the wallet name is longer than 64 bytes")]
    NameTooLong,
    /// Ids are at most 64 bytes.
    #[error("the wallet id is longer than 64 bytes")]
    IdTooLong,
    /// A rename must give a name.
    #[error("the new wallet name is empty")]
    NameEmpty,
    /// Names of backups are plain file names.
    #[error("the name of the backup is no plain file name")]
    BackupName,
    /// Backups are never replaced.
    #[error("there is a backup of this name")]
    BackupExists,
    /// No backup has this name.
    #[error("no backup has this name")]
    BackupNotFound,
    /// The password does not open the wallet, or the envelope is damaged: the
    /// two cannot be told apart.
    #[error("the password does not open the wallet")]
    WrongPassword,
    /// Something in the wallet does not decrypt under its own master key.
    #[error("a row of the wallet does not decrypt: {0}")]
    Damaged(&'static str),
    /// An envelope holds another type of secret than its row says.
    #[error("an envelope of the wallet holds another type of secret")]
    WrongType,
    /// The stored secret key does not belong to its address.
    #[error("the secret key stored for {0} belongs to another address")]
    KeyMismatch(kmd_algorand::Address),
    /// No key for this address.
    #[error("no key for this address in the wallet")]
    KeyNotFound,
    /// The key or multisig address is there already.
    #[error("the wallet has this key already")]
    KeyExists,
    /// 32 zero bytes: everyone knows this key.
    #[error("an all-zero private key was to be imported")]
    ZeroKey,
    /// No index is left for another generated key.
    #[error("no key index is left")]
    TooManyKeys,
    /// The multisig address was not imported.
    #[error("no multisig information for this address in the wallet")]
    MultisigNotFound,
    /// The partial multisig is of another address than signer and sender.
    #[error("the partial multisig is of another address")]
    MultisigMismatch,
    /// The multisig or its partial is impossible.
    #[error(transparent)]
    Multisig(#[from] MultisigError),
    /// The wallet cannot do this.
    #[error("operation not supported by this wallet")]
    NotSupported,
    /// Software wallets do not show mnemonics.
    #[error("the driver cannot display mnemonics")]
    CannotDisplayMnemonic,
    /// The KDF refused or failed.
    #[error(transparent)]
    Kdf(KdfError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The wallet changed under an open handle in a way that its keys no longer
    /// fit: unlock it again.
    #[error("the wallet was replaced since it was unlocked")]
    Replaced,
    /// It was to be done at once, and something has to be waited for. Never
    /// leaves the daemon: the operation is done again where it may wait.
    #[error("something has to be waited for")]
    WouldWait,
    /// The database cannot be opened.
    #[error("cannot open {path}: {cause}")]
    Connect {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The database failed.
    #[error("database error in {path}: {cause}")]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
}

impl Error {
    /// An envelope that the password keys did not open.
    pub(crate) fn from_password_envelope(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Malformed | EnvelopeError::WrongKey => Self::WrongPassword,
            EnvelopeError::WrongType => Self::WrongType,
            EnvelopeError::Kdf(error) => Self::Kdf(error),
            EnvelopeError::Random(error) => Self::Random(error),
        }
    }

    /// An envelope that the master key did not open, or could not be sealed.
    pub(crate) fn from_envelope(what: &'static str) -> impl Fn(EnvelopeError) -> Self {
        move |error| match error {
            EnvelopeError::Malformed | EnvelopeError::WrongKey => Self::Damaged(what),
            other => Self::from_password_envelope(other),
        }
    }
}

fn show(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}
