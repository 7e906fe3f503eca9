//! What is about to be done, who decides on it, and who records it.

use kmd_algorand::{Address, PublicKey, Transaction};
use kmd_wallet::WalletId;

use crate::Error;

/// An operation on a wallet that is open, or that its password is given for.
#[derive(Debug)]
pub enum Operation<'a> {
    /// Replaces the password.
    ChangePassword,
    /// Checks everything in it.
    Verify,
    /// Copies it to a backup.
    BackUp,
    /// Makes it of a backup.
    Restore,
    /// Lists addresses.
    ListKeys,
    /// Derives a key.
    GenerateKey,
    /// Imports a key.
    ImportKey,
    /// Gives a secret key out.
    ExportKey(&'a Address),
    /// Deletes a key.
    DeleteKey(&'a Address),
    /// Gives the master derivation key out.
    ExportMasterDerivationKey,
    /// Lists multisig addresses.
    ListMultisig,
    /// Imports a multisig address.
    ImportMultisig,
    /// Reads what a multisig address is the hash of.
    ExportMultisig(&'a Address),
    /// Deletes a multisig address.
    DeleteMultisig(&'a Address),
    /// Signs a transaction, alone or as a member of a multisig.
    SignTransaction {
        /// The transaction.
        transaction: &'a Transaction,
        /// The key to sign with.
        signer: PublicKey,
    },
    /// Signs a program, alone or as a member of a multisig.
    SignProgram {
        /// The program.
        program: &'a [u8],
        /// The key to sign with.
        signer: PublicKey,
    },
}

/// What a policy says.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    /// Do it.
    Allow,
    /// Do not, for this reason.
    Refuse(String),
}

/// Decides on operations, before any key is decrypted for them.
pub trait Policy: Send + Sync {
    /// Whether to do it.
    fn decide(&self, wallet: &WalletId, operation: &Operation<'_>) -> Decision;
}

/// How an operation ended.
pub type Outcome<'a> = Result<(), &'a Error>;

/// Records operations, before their results leave.
pub trait Recorder: Send + Sync {
    /// Takes a record.
    fn record(&self, wallet: &WalletId, operation: &Operation<'_>, outcome: Outcome<'_>);
}

/// Allows everything, records nothing: the policy of the reference.
pub struct AllowAll;

impl Policy for AllowAll {
    fn decide(&self, _wallet: &WalletId, _operation: &Operation<'_>) -> Decision {
        Decision::Allow
    }
}

impl Recorder for AllowAll {
    fn record(&self, _wallet: &WalletId, _operation: &Operation<'_>, _outcome: Outcome<'_>) {}
}
