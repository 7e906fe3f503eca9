//! What clients are told: the words of the reference where it has some, ours for
//! what only this kmd can do or refuse. Version 1 answers them alone, version 2
//! with a code and a hint. What really happened, with paths and causes, goes to
//! the log.

use std::borrow::Cow;

use kmd_algorand::MultisigError;
use kmd_core::Error;
use kmd_crypto::KdfError;
use kmd_wallet::Error as WalletError;

/// A body that is not the request.
pub(crate) const BODY: &str = "could not decode request body";
const DECRYPT: &str = "error decrypting. wrong password?";
const SCRYPT: &str = "scrypt lib could not derive key from password";
const DATABASE: &str = "database error";

/// The message for an error.
pub(crate) fn of(error: &Error) -> Cow<'static, str> {
    match error {
        Error::Session(error) => error.to_string().into(),
        Error::UnknownDriver => "unknown wallet driver".into(),
        Error::Address(_) => "could not decode address".into(),
        Error::Transaction(_) => "could not decode transaction".into(),
        Error::Group(error) => error.to_string().into(),
        Error::Batch(error) => of(&error.error),
        Error::TooManyAttempts(waiting) => waiting.to_string().into(),
        Error::Token(_) => "the API token could not be replaced".into(),
        Error::Refused(reason) => reason.clone().into(),
        Error::Random(_) => "error reading random bytes".into(),
        Error::Unlock(error) | Error::Fetch(error) | Error::Wallet(error) => of_wallet(error),
    }
}

fn of_wallet(error: &WalletError) -> Cow<'static, str> {
    match error {
        WalletError::WalletNotFound => "wallet not found",
        WalletError::SeveralWallets(_) => "multiple wallets with the same ID exist. cannot continue",
        WalletError::NameTaken => "wallet with same name already exists",
        WalletError::IdTaken => "wallet with same id already exists",
        WalletError::NameTooLong => "wallet name too long, must be <= 64 bytes",
        WalletError::IdTooLong => "wallet id too long, must be <= 64 bytes",
        WalletError::NameEmpty => "wallet name must not be empty",
        WalletError::BackupName => {
            "the name of a backup is at most 128 letters, digits, dots, underscores and hyphens, the first a letter or digit"
        }
        WalletError::BackupExists => "there is a backup of this name",
        WalletError::BackupNotFound => "there is no backup of this name",
        WalletError::WrongPassword | WalletError::Damaged(_) | WalletError::Replaced => DECRYPT,
        WalletError::WrongType => {
            "error decrypting, found the wrong type of data. something fishy is going on with this wallet"
        }
        WalletError::KeyMismatch(_) => "derived public key mismatch, something fishy is going on with this wallet",
        WalletError::KeyNotFound => "key does not exist in this wallet",
        WalletError::KeyExists => "key already exists in wallet",
        WalletError::ZeroKey => "refusing an all-zero private key",
        WalletError::TooManyKeys => "too many keys",
        WalletError::MultisigNotFound => {
            "multisig information (pks, threshold) for address does not exist in this wallet"
        }
        WalletError::MultisigMismatch => "given multisig preimage hashes to neither Sender nor AuthAddr",
        WalletError::Multisig(error) => return of_multisig(error),
        WalletError::NotSupported => "operation not supported by wallet",
        WalletError::CannotDisplayMnemonic => "sqlite wallet driver cannot display mnemonics",
        WalletError::Kdf(KdfError::Busy) => "too many password derivations at once, try again",
        WalletError::Kdf(KdfError::Unfit(unfit)) => return unfit.to_string().into(),
        WalletError::Kdf(_) => SCRYPT,
        WalletError::Random(_) => "error reading random bytes",
        WalletError::Connect { .. } => "error connecting to database",
        WalletError::Database { .. } => DATABASE,
        // Done again where it may wait, so no client is ever told.
        WalletError::WouldWait => "internal error",
    }
    .into()
}

fn of_multisig(error: &MultisigError) -> Cow<'static, str> {
    match error {
        MultisigError::UnknownVersion => "unknown version".into(),
        MultisigError::InvalidThreshold => "Invalid threshold".into(),
        MultisigError::KeyNotInMultisig => "given key is not a possible signer for this multisig".into(),
        MultisigError::TooManyKeys(count) => format!("too many public keys in multisig: {count}, at most 255").into(),
        other => other.to_string().into(),
    }
}
