//! Whether a transaction's signature is right. Nothing is asked of anybody: all that is needed is in
//! the file.
//!
//! What cannot be known here: whether the sender really was rekeyed to the signer, and whether a
//! program approves. That is said where it matters.

use kmd_algorand::{
    Address, Authorization, Delegation, LogicSignature, Multisig, MultisigError, Signature, SignedTransaction,
    multisig_program_bytes, program_address, program_bytes,
};
use kmd_crypto::verify;

/// What a check found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The network will accept the signature.
    Good,
    /// There is none.
    Missing,
    /// All that are there are right, but more are needed.
    Incomplete { have: usize, need: usize },
    /// It is wrong.
    Bad(Flaw),
    /// It is of a kind that cannot be checked here.
    Unchecked,
}

/// A transaction, and what the check of its signature found out: it is done once.
#[derive(Clone)]
pub(super) struct CheckedTransaction {
    pub(super) signed: SignedTransaction,
    pub(super) verdict: Verdict,
}

impl From<SignedTransaction> for CheckedTransaction {
    fn from(signed: SignedTransaction) -> Self {
        Self {
            verdict: check(&signed),
            signed,
        }
    }
}

/// What is wrong with a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    #[error("the signature is not one of {0} over this transaction")]
    NotOfKey(Address),
    #[error("the signature is not one of {0} over this program")]
    NotOfKeyOverProgram(Address),
    #[error("the multisig is that of {found}, and {expected} has to sign")]
    OtherMultisig { found: Address, expected: Address },
    #[error("the multisig is impossible: {0}")]
    Multisig(#[from] MultisigError),
    #[error("the program speaks for {found}, and {expected} has to sign")]
    OtherProgram { found: Address, expected: Address },
}

/// Checks one transaction's signature.
pub(super) fn check(signed: &SignedTransaction) -> Verdict {
    let signer = signed.authorizer();
    let message = signed.transaction.signing_bytes();
    match &signed.authorization {
        Authorization::None => Verdict::Missing,
        Authorization::Key(signature) => key(signer, message, signature, Flaw::NotOfKey),
        Authorization::Multisig(multisig) => several(multisig, signer, message, Flaw::NotOfKey),
        Authorization::Logic(logic) => program(logic, signer),
        Authorization::PostQuantum(_) => Verdict::Unchecked,
    }
}

/// Checks that a program may speak for an account.
pub(super) fn program(logic: &LogicSignature, signer: Address) -> Verdict {
    let flaw = Flaw::NotOfKeyOverProgram;
    let plain = || program_bytes(&logic.program);
    match &logic.delegation {
        Delegation::Contract => match program_address(&logic.program) {
            found if found == signer => Verdict::Good,
            found => Verdict::Bad(Flaw::OtherProgram {
                found,
                expected: signer,
            }),
        },
        Delegation::Key(signature) => key(signer, &plain(), signature, flaw),
        Delegation::Multisig(multisig) => {
            several(multisig, signer, &multisig_program_bytes(signer, &logic.program), flaw)
        }
        Delegation::LegacyMultisig(multisig) => several(multisig, signer, &plain(), flaw),
        Delegation::PostQuantum(_) => Verdict::Unchecked,
    }
}

fn key(signer: Address, message: &[u8], signature: &Signature, flaw: fn(Address) -> Flaw) -> Verdict {
    if verify(signer.as_bytes(), message, signature.as_bytes()) {
        Verdict::Good
    } else {
        Verdict::Bad(flaw(signer))
    }
}

fn several(multisig: &Multisig, expected: Address, message: &[u8], flaw: fn(Address) -> Flaw) -> Verdict {
    let found = match multisig.preimage() {
        Ok(preimage) => preimage.address(),
        Err(error) => return Verdict::Bad(error.into()),
    };
    if found != expected {
        return Verdict::Bad(Flaw::OtherMultisig { found, expected });
    }
    let mut have = 0;
    for subsig in multisig.subsigs() {
        let Some(signature) = subsig.signature() else { continue };
        match key(subsig.key().into(), message, &signature, flaw) {
            Verdict::Good => have += 1,
            bad => return bad,
        }
    }
    match (have, usize::from(multisig.threshold())) {
        (0, _) => Verdict::Missing,
        (have, need) if have < need => Verdict::Incomplete { have, need },
        _ => Verdict::Good,
    }
}
