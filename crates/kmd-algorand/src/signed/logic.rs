//! A logic signature: a program that agrees to transactions for an account (Algorand developer
//! documentation, "Logic signatures").

use super::PostQuantumSignature;
use super::error::SignedTransactionError;
use crate::multisig::Multisig;
use crate::signature::Signature;

/// A program, its arguments, and why it may speak for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogicSignature {
    /// The program, as compiled; never empty.
    pub program: Vec<u8>,
    /// What the program is given. Nobody signs these.
    pub arguments: Vec<Vec<u8>>,
    /// Why it may.
    pub delegation: Delegation,
}

/// Why a program may speak for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delegation {
    /// The account is the program's own: its address is the program's hash.
    Contract,
    /// The account's key has signed the program.
    Key(Signature),
    /// The multisig account's keys have signed the program together with the account's address.
    Multisig(Multisig),
    /// The multisig account's keys have signed the program alone, as was done before.
    LegacyMultisig(Multisig),
    /// A post-quantum key has signed the program.
    PostQuantum(PostQuantumSignature),
}

impl LogicSignature {
    /// Decodes a logic signature by itself, the way [`encode`](Self::encode) writes it and `goal`
    /// keeps it in files (`.lsig`).
    ///
    /// # Errors
    /// [`SignedTransactionError::ProgramMissing`], [`SignedTransactionError::TwoSignatures`], and a
    /// malformed encoding.
    pub fn decode(bytes: &[u8]) -> Result<Self, SignedTransactionError> {
        super::encoding::decode_logic(bytes)
    }

    /// The canonical encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        super::encoding::encode_logic(self)
    }
}
